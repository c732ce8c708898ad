"""Celery's command line, ended warmly when whoever started it is gone: its standard input is open as long as that lives."""

import os
import signal
import sys
import threading


def end_with_standard_input():
    # Straight from the descriptor: the pool's processes are forked while this waits, and would inherit a buffer's lock.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # With no thread besides the main one Celery would give up the task that runs there instead of finishing it.
    threading.Event().wait()


def main():
    # As `python -m celery` has it: the folder of the code and not that of this program.
    sys.path[0] = os.getcwd()
    sys.argv[0] = "celery"
    from celery.__main__ import main as celery

    threading.Thread(target=end_with_standard_input, daemon=True).start()
    celery()


if __name__ == "__main__":
    main()
