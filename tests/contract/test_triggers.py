"""What each agent may do when it hears of a fact: only the triggers of the domain act."""

import pytest

from models.migrations.run import AGENTS
from subgraphs.kit import Role
from subgraphs.kit.handlers import handled
from tests.platform import subgraph_of

EVERY_AGENT = {
    "backoffice.config_changed",
    "customer.anonymized",
    "customer.erasure_requested",
    "customer.erasure_vetoed",
    "customer.merged",
}
TRIGGERS = {
    "customer": {
        "customer.erasure_acknowledged",
        "customer.erasure_answered",
        "customer.merge_acknowledged",
    },
    "inventory": {
        "order.canceled",
        "package.handed_over",
        "pick.short",
        "quality.disposed",
        "quality.quarantined",
        "quality.released",
        "return.received",
        "warehouse.count_recorded",
    },
    "order": {
        "fraud.accepted",
        "fraud.rejected",
        "fraud.review_requested",
        "healing.saga_resumed",
        "marketplace.order_imported",
        "package.handed_over",
        "package.packed",
        "payment.authorized",
        "payment.captured",
        "payment.failed",
        "payment.initialized",
        "payment.voided",
        "pick.completed",
        "pick.short",
        "quality.inspection_failed",
        "quality.inspection_passed",
        "refund.failed",
        "refund.succeeded",
        "reservation.expired",
        "shipment.delivered",
        "shipment.label_purchased",
        "shipment.lost",
        "shipment.returned_to_sender",
    },
    "product": set[str](),
}
"""By agent: the facts upon which it acts. All others it may only remember, or let block or allow
something."""


@pytest.mark.parametrize("agent", AGENTS)
def test_only_the_triggers_of_the_domain_act(agent: str) -> None:
    acting = [each for each in subgraph_of(agent).handlers if each.role is Role.TRIGGER]
    assert handled(acting) - EVERY_AGENT - TRIGGERS.get(agent, set()) == set()
