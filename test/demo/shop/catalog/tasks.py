import time

from celery import shared_task


@shared_task
def import_product(product, *tags, publish=False, **options):
    """Takes arguments of every type that JSON has."""
    time.sleep(0.1)
    return {"product": product, "tags": list(tags), "publish": publish, "options": options}


@shared_task
def translate(text, language="de"):
    return f"[{language}] {text}"


@shared_task
def check_prices(limit):
    """Fails with an error of the language itself."""
    prices = {"tea": 4.5, "coffee": None}
    return [name for name, price in prices.items() if price < limit]
