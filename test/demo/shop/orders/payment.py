from shop.orders import gateway


class PaymentFailed(Exception):
    def __init__(self, order_id, reason):
        super().__init__(order_id, reason)
        self.order_id = order_id
        self.reason = reason

    def __str__(self):
        return f"order {self.order_id}: {self.reason}"


def pay(order_id, amount, card="•••• 4242"):
    try:
        return gateway.charge(order_id, amount, card)
    except (gateway.GatewayError, gateway.PaymentRefused) as error:
        raise PaymentFailed(order_id, "payment failed") from error
