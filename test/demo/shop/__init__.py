"""A small web shop in the manner of a Django project, with work for Warren to show."""

from shop.celery import app as celery_app

__all__ = ("celery_app",)
