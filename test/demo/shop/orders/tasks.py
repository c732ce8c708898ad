import random
import time

from celery import shared_task

from shop.orders import payment


class OutOfStock(Exception):
    pass


class OrderFailed(Exception):
    pass


@shared_task
def place_order(order_id, items, customer):
    """Succeeds, and sends a task of its own."""
    from shop.mail.tasks import send_receipt

    time.sleep(random.uniform(0.02, 0.3))
    total = sum(item["price"] * item["count"] for item in items)
    send_receipt.delay(customer["email"], order_id)
    return {"order": order_id, "total": round(total, 2), "currency": "EUR"}


@shared_task
def charge_card(order_id, amount):
    """Fails now and then, with a traceback of three causes in four modules."""
    time.sleep(random.uniform(0.05, 0.4))
    try:
        return payment.pay(order_id, amount)
    except payment.PaymentFailed as error:
        raise OrderFailed(f"order {order_id} could not be charged") from error


@shared_task(bind=True, max_retries=3)
def reserve_stock(self, sku, count):
    """Retries by hand; most runs find something in the end, some give up."""
    time.sleep(random.uniform(0.02, 0.2))
    if random.random() < 0.5:
        raise self.retry(exc=OutOfStock(f"{count} × {sku}"), countdown=1 + self.request.retries)
    return {"sku": sku, "reserved": count, "attempts": self.request.retries + 1}


@shared_task
def pack(reservation, order_id):
    """The second step of a chain."""
    time.sleep(random.uniform(0.1, 0.5))
    return {**reservation, "order": order_id, "parcel": f"P{order_id:06d}"}


@shared_task
def ship(parcel, carrier="snail"):
    """The last step of a chain."""
    time.sleep(random.uniform(0.1, 0.5))
    return {"parcel": parcel["parcel"], "carrier": carrier, "tracking": f"{carrier}-{random.randrange(10**9)}"}
