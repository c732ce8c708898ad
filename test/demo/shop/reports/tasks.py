import random
import time

from celery import shared_task


@shared_task(bind=True)
def build_report(self, month, seconds):
    """Runs long and tells how far it is."""
    steps = 20
    for current in range(1, steps + 1):
        time.sleep(seconds / steps)
        told = {"current": current, "total": steps, "message": f"{month}: page {current}"}
        self.update_state(state="PROGRESS", meta=told)
        self.send_event("task-progress", **told)
    return {"month": month, "pages": steps, "seconds": seconds}


@shared_task
def rebuild_search_index(seconds):
    """Runs long and says nothing."""
    time.sleep(seconds)
    return "ok"


@shared_task
def count_sales(region):
    """One of the tasks in front of a chord."""
    time.sleep(random.uniform(0.1, 0.8))
    return {"region": region, "sales": random.randrange(1000)}


@shared_task
def sum_sales(counted):
    """The body of a chord."""
    return {"sales": sum(part["sales"] for part in counted), "regions": [part["region"] for part in counted]}
