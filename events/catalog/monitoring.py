"""Facts that monitoring publishes, and the progress of long operations that any agent runs."""

from typing import Annotated

from events.event import Event, EventOfAnyAgent, fact
from events.values import OneOf

Health = Annotated[str, OneOf("HEALTHY", "DEGRADED", "DOWN", "RECOVERING")]
Severity = Annotated[str, OneOf("INFO", "WARNING", "CRITICAL")]
Cause = Annotated[str, OneOf("AGENT_DOWN", "ALERT", "PARKED_KEY", "RETRYING", "SAGA_STUCK")]
Resolution = Annotated[str, OneOf("CAUSE_GONE", "PERSON")]
Progress = Annotated[str, OneOf("RUNNING", "SUCCEEDED", "FAILED")]


@fact("agent.health_changed")
class AgentHealthChanged(Event):
    """`agent` is its word in the supergraph, where the subject is its id."""

    agent: str
    before: Health
    now: Health


@fact("monitoring.alert_fired")
class MonitoringAlertFired(Event):
    """A rule found something; `agent` is None where it is nobody's alone."""

    agent: str | None
    rule: str
    severity: Severity


@fact("monitoring.incident_opened")
class MonitoringIncidentOpened(Event):
    """Somebody should look; `about_id` is the alert, the saga or the parked key's subject."""

    agent: str | None
    cause: Cause
    about_id: str | None
    order_id: str | None


@fact("monitoring.incident_closed")
class MonitoringIncidentClosed(Event):
    """It is over."""

    agent: str | None
    cause: Cause
    resolution: Resolution


@fact("operation.progressed")
class OperationProgressed(EventOfAnyAgent):
    """`done` of `total` rows are through, `failed` of them refused; `kind` is the mutation."""

    kind: str
    state: Progress
    total: int
    done: int
    failed: int
    customer_id: str | None
