from celery import Celery

from shop import settings

app = Celery("shop")
app.config_from_object("shop.settings", namespace="CELERY")
app.autodiscover_tasks(settings.INSTALLED_APPS)
