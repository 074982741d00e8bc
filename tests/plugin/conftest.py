"""One shop for each test, closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.plugin.shop import Shop


@pytest.fixture
def open_shop() -> Iterator[Callable[..., Shop]]:
    """Open shops that are closed when the test is over."""
    shops: list[Shop] = []

    def open_one(**options: object) -> Shop:
        shops.append(Shop(**options))
        return shops[-1]

    yield open_one
    for shop in shops:
        shop.credit.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """A shop with the default settings."""
    return open_shop()
