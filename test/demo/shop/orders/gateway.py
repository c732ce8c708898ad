"""The far end of a payment: a bank that is sometimes not there."""


class ConnectionLost(OSError):
    pass


class PaymentRefused(Exception):
    pass


class GatewayError(Exception):
    pass


def _post(path, payload):
    if payload["amount"] % 7 == 0:
        raise ConnectionLost(104, f"connection reset by peer while sending to {path}")
    if payload["amount"] % 5 == 0:
        raise PaymentRefused(f"card {payload['card']} is over its limit")
    return {"transaction": f"tx-{payload['order']}", "amount": payload["amount"]}


def charge(order, amount, card):
    try:
        return _post("/v2/charges", {"order": order, "amount": amount, "card": card})
    except ConnectionLost as error:
        raise GatewayError("the bank did not answer") from error
