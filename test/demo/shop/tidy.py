"""Deletes the demo's own queues and exchange from a broker that belongs to somebody else."""

from shop import settings
from shop.celery import app


def main():
    with app.connection_for_write() as connection:
        for queue in settings.CELERY_TASK_QUEUES:
            connection.default_channel.queue_delete(queue.name)
        connection.default_channel.exchange_delete("warren-demo", if_unused=True)


if __name__ == "__main__":
    main()
