"""Runs one Celery task in this process, away from its broker, so that a debugger can stop in it.

Warren starts it with the path of a file that says what to run; the file holds a task's arguments, so it is deleted as soon as it was
read. Nothing is sent: every connection that Celery opens here ends in this process's memory, and so do results. What the task itself
does (a database, a mail, an HTTP call) it really does.
"""

import json
import os
import sys
import time


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    finally:
        os.remove(path)


def say(text):
    print(f"Warren: {text}", flush=True)


def shown(value, most=500):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def call_text(name, args, kwargs):
    parts = [shown(value) for value in args or ()] + [f"{key}={shown(value)}" for key, value in (kwargs or {}).items()]
    return f"{name}({', '.join(parts)})"


def stay_off_the_broker():
    """Before anything of the workspace is imported, so that nothing there can be earlier."""
    from celery import Celery
    from celery.app import backends
    from kombu.connection import Connection

    connect = Connection.__init__

    def into_memory(self, *_, **__):
        connect(self, "memory://")

    def results_in_memory(app):
        backend, url = backends.by_url("cache+memory://", app.loader)
        return backend(app=app, url=url)

    Connection.__init__ = into_memory
    Celery._get_backend = results_in_memory


def keep_sent_tasks_here(run_sent):
    """Tasks that the task sends are told and dropped, or run here: elsewhere a worker would run them, later and perhaps on another machine.

    Celery's own `task_always_eager` is not enough for the latter: tasks that are sent by their names do not heed it.
    """
    from celery import Celery, states
    from celery.result import EagerResult
    from celery.utils import uuid

    run = 'Set "warren.debugTask.sentTasks" to "run" to run what the task sends.'
    unknown = "No task of this name is in the code here."
    reason = unknown if run_sent else run

    class NotSent(EagerResult):
        def get(self, *_, **__):
            raise RuntimeError(f"{self.task} was not sent, so it has no result. {reason}")

        wait = get

    def send_task(self, name, args=None, kwargs=None, task_id=None, link=None, link_error=None, **_):
        task_id = task_id or uuid()
        if run_sent and name in self.tasks:
            return self.tasks[name].apply(args, kwargs, task_id=task_id, link=link, link_error=link_error)
        say(f"not sent: {call_text(name, args, kwargs)}{f'. {unknown}' if run_sent else ''}")
        result = NotSent(task_id, None, states.PENDING)
        result.task = name
        return result

    Celery.send_task = send_task


def retries_end_the_run():
    """A retry in a worker is another run, later. Here the error that asked for it is what ends this one."""
    from celery import Task
    from celery.exceptions import Retry

    def retry(self, args=None, kwargs=None, exc=None, throw=True, **_):
        say("the task asked to be retried; a retry is another run, so this one ends here.")
        error = exc or sys.exc_info()[1] or Retry("The task asked to be retried.")
        if throw:
            raise error
        return error

    Task.retry = retry


def set_up_django(settings):
    if settings:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        return
    try:
        import django
    except ImportError:
        return
    django.setup()


def load(wanted):
    """The task as a worker would have it: its app, its module, and whatever else the app imports."""
    import importlib

    from celery import current_app
    from celery._state import _get_active_apps
    from celery.app.utils import find_app

    set_up_django(wanted["djangoSettings"])
    if wanted["app"]:
        app = find_app(wanted["app"])
        app.set_current()
        app.set_default()
    if wanted["module"]:
        importlib.import_module(wanted["module"])
    if not wanted["app"]:
        having = (one for one in _get_active_apps() if wanted["name"] in one.tasks)
        app = next(having, current_app._get_current_object())
    app.loader.import_default_modules()
    app.finalize()
    if wanted["name"] in app.tasks:
        return app.tasks[wanted["name"]]
    known = sorted(name for name in app.tasks if not name.startswith("celery."))
    sys.exit(
        f"Warren: no task is called {wanted['name']!r} in the app {app.main or wanted['app'] or wanted['module']!r} of {os.getcwd()}. "
        f"It has {', '.join(known[:20]) or 'no tasks'}{' and more' if len(known) > 20 else ''}."
    )


def settle(run_sent):
    from celery._state import _get_active_apps

    for app in _get_active_apps():
        app.conf.update(broker_url="memory://", result_backend="cache+memory://", task_always_eager=run_sent, task_eager_propagates=True)


def main():
    wanted = read(sys.argv[1])
    os.environ.update(wanted["environment"])
    # As `python -m celery` has it: the folder of the code and not that of this program.
    sys.path[0] = os.getcwd()
    stay_off_the_broker()
    run_sent = wanted["sentTasks"] == "run"
    keep_sent_tasks_here(run_sent)
    retries_end_the_run()
    task = load(wanted)
    settle(run_sent)
    task.app.log.setup("INFO", redirect_stdouts=False, colorize=False)
    say(f"{call_text(wanted['name'], wanted['args'], wanted['kwargs'])}, id {wanted['id']}. {wanted['explanation']}")
    began = time.monotonic()
    result = task.apply(wanted["args"], wanted["kwargs"], task_id=wanted["id"], throw=True)
    say(f"it returned {shown(result.result, 5_000)} after {time.monotonic() - began:.2f} s.")


if __name__ == "__main__":
    main()
