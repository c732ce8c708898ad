"""The smallest app that shows everything the tests look at. Its broker and its result backend come from the environment."""

import json
import os
import time

from celery import Celery

app = Celery("tasksapp", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ.get("CELERY_RESULT_BACKEND"))
app.conf.task_send_sent_event = True
app.conf.broker_connection_retry_on_startup = True
app.conf.worker_prefetch_multiplier = 1
app.conf.database_engine_options = {"connect_args": {"timeout": 30}}
app.conf.update(json.loads(os.environ.get("CELERY_SETTINGS", "{}")))


class Broken(Exception):
    pass


def _read_row(number):
    return {1: "one"}[number]


def _load(number):
    try:
        return _read_row(number)
    except KeyError as error:
        raise ValueError(f"row {number} is not there") from error


@app.task
def add(x, y):
    return x + y


@app.task
def echo(*args, **kwargs):
    return [list(args), kwargs]


@app.task
def eat(items):
    """Changes what it was given, as a careless task does, and fails."""
    items.clear()
    raise Broken("all is eaten")


@app.task
def fail(number=7):
    try:
        return _load(number)
    except ValueError as error:
        raise Broken("the report could not be made") from error


@app.task(bind=True, max_retries=3, default_retry_delay=0.1)
def flaky(self, failures):
    """Fails `failures` times, then succeeds; gives up after three retries."""
    if self.request.retries < failures:
        raise self.retry(exc=Broken(f"attempt {self.request.retries}"))
    return self.request.retries


@app.task
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@app.task(bind=True)
def progress(self, total=3):
    for current in range(1, total + 1):
        self.update_state(state="PROGRESS", meta={"current": current, "total": total})
        self.send_event("task-progress", current=current, total=total, message=f"step {current}")
    return total


@app.task(bind=True)
def parent(self):
    return add.delay(1, 2).id
