"""Sends a steady, mixed trickle of work until it is ended."""

import itertools
import os
import random
import time

from celery import chain, chord

from shop.catalog.tasks import check_prices, import_product, translate
from shop.celery import app
from shop.mail.tasks import send_newsletter, send_receipt
from shop.orders.tasks import charge_card, pack, place_order, reserve_stock, ship
from shop.reports.tasks import build_report, count_sales, rebuild_search_index, sum_sales

PAUSE = 1 / float(os.environ.get("SHOP_TASKS_PER_SECOND", "3"))
NAMES = ["ada", "zoë", "björn", "dieter", "mei-lin", "奈緒"]
numbers = itertools.count(1001)


def order():
    items = [{"sku": f"TEA-{random.randrange(50):02d}", "price": random.choice([4.5, 7.25, 12]), "count": random.randrange(1, 4)}]
    place_order.delay(next(numbers), items, {"name": random.choice(NAMES), "email": f"{random.choice(NAMES)}@shop.example"})


def payment():
    charge_card.delay(next(numbers), random.randrange(1, 200))


def stock():
    reserve_stock.delay(f"TEA-{random.randrange(50):02d}", count=random.randrange(1, 9))


def receipt():
    host = random.choice(["shop.example"] * 5 + ["nowhere.example"])
    send_receipt.delay(f"{random.choice(NAMES)}@{host}", order_id=next(numbers))


def newsletter():
    addresses = [f"{name}@shop.example" for name in random.sample(NAMES, 5)]
    send_newsletter.delay(addresses, subject="Tee & Gebäck – jetzt 20 % günstiger 🫖")


def report():
    build_report.delay(f"2026-{random.randrange(1, 13):02d}", seconds=random.randrange(20, 60))


def index():
    rebuild_search_index.delay(random.randrange(20, 40))


def every_json_type():
    product = {
        "id": 2**63 + next(numbers),
        "name": "Grüner Tee “Jasmin” 茶 \U0001f375",
        "price": 12.5,
        "negative": -0.001,
        "tiny": 1e-12,
        "in stock": True,
        "discount": None,
        "sizes": [50, 100, [250, "g"], []],
        "nested": {"a": {"b": {"c": {"d": "deep"}}}, "empty": {}},
        "quotes": "it's \"quoted\", with a \\ and a\nnew line",
    }
    import_product.delay(product, "new", 7, 3.25, None, False, publish=True, origin={"country": "中国"}, note="")


def many_words():
    translate.delay("Take the leaves and pour the water over them. " * 60, language=random.choice(["de", "fr", "日本語"]))


def prices():
    check_prices.delay(limit=5)


def delivery():
    number = next(numbers)
    chain(reserve_stock.s("TEA-01", count=1), pack.s(number), ship.s(carrier="ferry")).delay()


def sales():
    chord([count_sales.s(region) for region in ("north", "east", "south", "west")])(sum_sales.s())


WORK = {order: 30, payment: 14, stock: 10, receipt: 14, newsletter: 2, every_json_type: 8, many_words: 4, prices: 2, delivery: 4, sales: 2}
RARE = {report: 30, index: 60}


def main():
    every_json_type(), newsletter(), delivery(), sales(), report()
    due = {work: time.monotonic() + seconds / 3 for work, seconds in RARE.items()}
    while True:
        for work, seconds in RARE.items():
            if time.monotonic() >= due[work]:
                work()
                due[work] = time.monotonic() + seconds
        random.choices(list(WORK), weights=list(WORK.values()))[0]()
        time.sleep(random.uniform(0.4, 1.6) * PAUSE)


if __name__ == "__main__":
    app.set_default()
    main()
