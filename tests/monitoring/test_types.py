"""What events are about, and who did it: known for every agent that there is."""

import pytest

from events.catalog import AGENT_OF
from models.migrations.run import AGENTS
from subgraphs.monitoring.types import SUBJECTS, ActorKind

ENTITIES = {
    "customer": "Customer",
    "order": "Order",
    "price": "ProductVariant",
    "product": "Product",
    "reservation": "Reservation",
    "stock": "StockLevel",
    "variant": "ProductVariant",
}
"""By the first word of an event's type: what the graph calls its subject."""
LATER = {"agent", "monitoring", "operation"}
"""Of monitoring's own, which it does not publish yet."""


def test_every_agents_entities_can_be_told_of() -> None:
    """A new agent's events have subjects: add them to the union, and here."""
    assert {word for word, agent in AGENT_OF.items() if agent in AGENTS} - LATER == set(ENTITIES)
    assert {entity.__name__ for entity in SUBJECTS.values()} == set(ENTITIES.values())


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        ("cus_1", ActorKind.CUSTOMER),
        ("usr_1", ActorKind.STAFF),
        ("admin", ActorKind.STAFF),
        ("agent:order", ActorKind.SERVICE),
        ("system", ActorKind.SYSTEM),
    ],
)
def test_who_did_it(actor: str, kind: ActorKind) -> None:
    assert ActorKind.of(actor) is kind
