"""Feeds recorded events into Celery's own state and prints what it makes of them.

Standard input: one event, or one batch of events as a list, per line. Standard output: one object, by task id. The events are
taken as they are: no adjustment of timestamps and clocks, which Celery's receiver does before its state sees an event.
"""

import json
import sys

from celery.events.state import State

FIELDS = ("name", "args", "kwargs", "root_id", "parent_id", "retries", "eta", "expires", "result", "runtime", "exception", "traceback")


def feed(state, event):
    state.event({**event, "local_received": event["timestamp"]})


def describe(task):
    told = {field: getattr(task, field, None) for field in FIELDS}
    worker = task.worker.hostname if task.worker else None
    return {"state": task.state, "timestamp": task.timestamp, "worker": worker, **told}


def main():
    state = State(max_tasks_in_memory=1_000_000)
    for line in sys.stdin:
        if line.strip():
            said = json.loads(line)
            for event in said if isinstance(said, list) else [said]:
                feed(state, event)
    json.dump({uuid: describe(task) for uuid, task in state.tasks.items()}, sys.stdout, default=str)


main()
