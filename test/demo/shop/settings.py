"""Settings in the manner of Django: what Celery reads starts with CELERY_. The demo hands the places over in the environment."""

import os
import ssl

from kombu import Exchange, Queue

INSTALLED_APPS = ["shop.orders", "shop.mail", "shop.reports", "shop.catalog"]
QUEUE_PREFIX = "warren-demo."


def _queue(name):
    full_name = QUEUE_PREFIX + name
    return Queue(full_name, Exchange("warren-demo", type="direct"), routing_key=full_name)


CELERY_BROKER_URL = os.environ["SHOP_BROKER_URL"]
CELERY_RESULT_BACKEND = os.environ["SHOP_RESULT_BACKEND"]
# Workers and publishers write to the same SQLite file.
CELERY_DATABASE_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}}
CELERY_RESULT_EXTENDED = True

CELERY_TASK_QUEUES = [_queue("default"), _queue("mail"), _queue("reports")]
CELERY_TASK_DEFAULT_QUEUE = QUEUE_PREFIX + "default"
CELERY_TASK_DEFAULT_EXCHANGE = "warren-demo"
CELERY_TASK_DEFAULT_ROUTING_KEY = QUEUE_PREFIX + "default"
CELERY_TASK_ROUTES = {
    "shop.mail.*": {"queue": QUEUE_PREFIX + "mail"},
    "shop.reports.*": {"queue": QUEUE_PREFIX + "reports"},
}
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

if os.environ.get("SHOP_BROKER_CA"):
    CELERY_BROKER_USE_SSL = {"ca_certs": os.environ["SHOP_BROKER_CA"], "cert_reqs": ssl.CERT_REQUIRED}
    if os.environ.get("SHOP_BROKER_CERT"):
        CELERY_BROKER_USE_SSL["certfile"] = os.environ["SHOP_BROKER_CERT"]
        CELERY_BROKER_USE_SSL["keyfile"] = os.environ["SHOP_BROKER_KEY"]
