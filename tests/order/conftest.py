"""Fixtures of the order agent's tests."""

from collections.abc import Mapping

import pytest

from models.database import Database
from tests.conftest import Ask
from tests.order.desk import Desk
from tests.order.shop import Shop


@pytest.fixture
async def shop(databases: Mapping[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
def desk(ask: Ask) -> Desk:
    return Desk(ask)
