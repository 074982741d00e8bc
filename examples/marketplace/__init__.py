"""A small shop: merchants of every kind, badges on their goods, guarded actions, reasons for refusals."""

from examples.marketplace.shop import create_app

__all__ = ["create_app"]
