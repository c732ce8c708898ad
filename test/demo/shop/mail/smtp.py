"""A mail server that is not always in the mood."""

import random


class ServerBusy(ConnectionError):
    pass


def deliver(address, subject):
    if address.endswith("@nowhere.example"):
        raise ServerBusy(451, f"4.4.1 no answer from the host of {address}")
    if random.random() < 0.2:
        raise ServerBusy(421, "4.7.0 try again later")
    return f"250 2.0.0 queued “{subject}” for {address}"
