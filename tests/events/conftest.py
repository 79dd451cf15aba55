"""A database with a table of effects, and the wires of one process."""

import pytest

from models.database import Database
from tests.events.carried import ByKafka, ByPostgres, Carried
from tests.events.traffic import Wires, create_effects
from tests.kafka.broker import Broker


@pytest.fixture
async def wires(db: Database) -> Wires:
    await create_effects(db)
    return Wires(db)


@pytest.fixture(params=["postgresql", pytest.param("kafka", marks=pytest.mark.kafka)])
def carried(request: pytest.FixtureRequest, wires: Wires) -> Carried:
    """Both buses: the broker is started when the first test needs it."""
    if request.param == "postgresql":
        return ByPostgres(wires)
    broker: Broker = request.getfixturevalue("broker")
    return ByKafka(wires, broker.servers)
