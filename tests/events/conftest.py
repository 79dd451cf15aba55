"""A database with a table of effects, and the wires of one process."""

import pytest

from models.database import Database
from tests.events.carried import ByPostgres, Carried
from tests.events.traffic import Wires, create_effects


@pytest.fixture
async def wires(db: Database) -> Wires:
    await create_effects(db)
    return Wires(db)


@pytest.fixture
def carried(wires: Wires) -> Carried:
    return ByPostgres(wires)
