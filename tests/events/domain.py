"""What the domain says of events: who publishes and who consumes which, and which may set off what.

Written by hand, apart from the catalog and the handlers, which are held against it.
"""

import re

_PUBLISHES = {
    "order": """
        order.{placed,import_refused,confirmed,held,released,canceled,delivered,completed,
        lines_changed}
    """,
    "product": """
        product.{published,updated,paused,resumed,archived} variant.archived price.changed
    """,
    "marketplace": """
        marketplace.{order_imported,sync_failed} listing.{activated,rejected}
    """,
    "customer": """
        customer.{created,updated,merged,merge_acknowledged,suspended,reactivated,
        erasure_requested,erasure_answered,
        erasure_vetoed,erasure_acknowledged,anonymized}
    """,
    "payment": """
        payment.{initialized,authorized,captured,failed,voided,disputed}
        refund.{succeeded,failed}
    """,
    "inventory": """
        stock.{changed,low} reservation.{created,committed,released,expired}
    """,
    "transport": """
        shipment.{label_purchased,voided,in_transit,delivered,exception,lost,returned_to_sender}
    """,
    "warehouse": """
        pick.{completed,short} package.{packed,handed_over} warehouse.{changed,count_recorded}
    """,
    "document": """
        document.{ready,failed,voided}
    """,
    "fraud": """
        fraud.{accepted,review_requested,rejected}
    """,
    "risk": """
        risk.{anomaly_detected,anomaly_resolved}
    """,
    "knowledge": """
        knowledge.{article_published,article_stale}
    """,
    "aftersales": """
        return.{requested,approved,rejected,received,resolved,closed} warranty.claimed
    """,
    "quality": """
        quality.{inspection_passed,inspection_failed,quarantined,released,disposed}
    """,
    "backoffice": """
        backoffice.config_changed user.{invited,role_changed,deactivated}
    """,
    "monitoring": """
        agent.health_changed monitoring.{alert_fired,incident_opened,incident_closed}
    """,
    "healing": """
        healing.{error_detected,fix_proposed,fix_approved,fix_rejected,fix_applied,fix_confirmed,
        fix_rolled_back,saga_resumed}
    """,
}

_CONSUMES = {
    "order": """
        payment.{initialized,authorized,captured,failed,voided} refund.{succeeded,failed}
        return.{requested,received,resolved,closed} fraud.{accepted,review_requested,rejected}
        reservation.{created,expired} pick.{completed,short} package.{packed,handed_over}
        quality.{inspection_passed,inspection_failed}
        shipment.{label_purchased,delivered,lost,returned_to_sender} marketplace.order_imported
        healing.saga_resumed
    """,
    "product": """
        stock.changed quality.inspection_failed
    """,
    "marketplace": """
        stock.{changed,low} price.changed product.{published,paused,resumed,archived}
        variant.archived package.handed_over order.{placed,import_refused,completed,canceled}
        return.resolved
    """,
    "customer": """
        order.completed fraud.rejected
        customer.{merge_acknowledged,erasure_answered,erasure_acknowledged}
    """,
    "payment": """
        order.{placed,canceled} return.resolved
    """,
    "inventory": """
        order.canceled package.handed_over pick.short quality.{quarantined,released,disposed}
        return.received warehouse.{changed,count_recorded}
    """,
    "transport": """
        package.packed return.{approved,rejected} order.canceled
    """,
    "warehouse": """
        order.{confirmed,canceled,held,released} shipment.label_purchased
        quality.{inspection_passed,inspection_failed} return.approved
    """,
    "document": """
        package.{packed,handed_over} refund.succeeded shipment.label_purchased return.approved
    """,
    "fraud": """
        order.placed payment.{authorized,failed,disputed} risk.anomaly_detected customer.updated
    """,
    "risk": """
        order.{placed,canceled} payment.{failed,disputed} stock.changed return.requested
        price.changed shipment.exception
    """,
    "knowledge": """
        return.resolved quality.inspection_failed monitoring.incident_closed product.updated
    """,
    "aftersales": """
        shipment.{in_transit,delivered,lost} package.handed_over
        quality.{inspection_passed,inspection_failed} refund.{succeeded,failed}
        order.{placed,delivered} healing.saga_resumed
    """,
    "quality": """
        return.received package.packed stock.changed warranty.claimed
    """,
    "backoffice": """
        healing.{fix_proposed,fix_approved,fix_applied,fix_rolled_back}
        customer.{suspended,reactivated}
    """,
    "healing": """
        error.captured agent.health_changed monitoring.incident_opened
    """,
}

_TRIGGERS = {
    "order": """
        fraud.{accepted,review_requested,rejected}
        payment.{initialized,authorized,captured,failed,voided} refund.{succeeded,failed}
        reservation.expired pick.{completed,short} quality.{inspection_passed,inspection_failed}
        shipment.{label_purchased,delivered,lost,returned_to_sender}
        package.{packed,handed_over} marketplace.order_imported healing.saga_resumed
    """,
    "aftersales": """
        quality.{inspection_passed,inspection_failed} refund.{succeeded,failed}
        shipment.{in_transit,delivered,lost} order.delivered healing.saga_resumed
    """,
    "inventory": """
        package.handed_over return.received quality.{quarantined,released,disposed} pick.short
        warehouse.count_recorded order.canceled
    """,
    "document": """
        package.handed_over refund.succeeded package.packed shipment.label_purchased
        return.approved
    """,
    "marketplace": """
        stock.changed price.changed product.{published,archived} product.paused variant.archived
        product.resumed order.placed order.import_refused order.completed package.handed_over
        order.canceled return.resolved
    """,
    "quality": """
        return.received package.packed
    """,
    "fraud": """
        payment.disputed
    """,
    "knowledge": """
        product.updated quality.inspection_failed return.resolved monitoring.incident_closed
    """,
    "healing": """
        error.captured monitoring.incident_opened agent.health_changed
    """,
    "customer": """
        customer.{merge_acknowledged,erasure_answered,erasure_acknowledged}
    """,
}

_EVERY_AGENT_PUBLISHES = """
    error.captured operation.progressed
    customer.{erasure_answered,erasure_acknowledged,merge_acknowledged}
"""

_EVERY_AGENT_IS_TRIGGERED_BY = """
    customer.{erasure_requested,erasure_vetoed,anonymized,merged} backoffice.config_changed
"""


def _listed(text: str) -> frozenset[str]:
    """`x.{a,b}` are two events."""
    return frozenset(
        f"{word}.{name}"
        for word, names in re.findall(r"(\w+)\.(\{[^}]*\}|\w+)", text)
        for name in re.findall(r"\w+", names)
    )


PUBLISHES = {agent: _listed(text) for agent, text in _PUBLISHES.items()}
EVERY_AGENT_PUBLISHES = _listed(_EVERY_AGENT_PUBLISHES)
EVERY_AGENT_CONSUMES = _listed(_EVERY_AGENT_IS_TRIGGERED_BY)
PUBLISHED = EVERY_AGENT_PUBLISHES.union(*PUBLISHES.values())

CONSUMES = {
    **{agent: _listed(text) | EVERY_AGENT_CONSUMES for agent, text in _CONSUMES.items()},
    "monitoring": PUBLISHED,
}
TRIGGERS = {
    **{agent: _listed(_TRIGGERS.get(agent, "")) | EVERY_AGENT_CONSUMES for agent in CONSUMES},
    "monitoring": PUBLISHED,
    "risk": CONSUMES["risk"],
}
"""The events that may make an agent act; of all others that it consumes it only takes note."""
