import time

from celery import shared_task

from shop.mail import smtp


@shared_task(autoretry_for=(smtp.ServerBusy,), retry_kwargs={"max_retries": 2, "countdown": 2})
def send_receipt(address, order_id):
    """Retries by itself; for an address @nowhere.example never with success."""
    time.sleep(0.05)
    return smtp.deliver(address, f"Your order {order_id}")


@shared_task(bind=True)
def send_newsletter(self, addresses, subject):
    """Tells how far it is, by its state and by an event."""
    for current, address in enumerate(addresses, start=1):
        time.sleep(0.4)
        told = {"current": current, "total": len(addresses), "message": f"sent to {address}"}
        self.update_state(state="PROGRESS", meta=told)
        self.send_event("task-progress", **told)
    return f"{len(addresses)} letters sent"
