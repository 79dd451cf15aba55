"""A client that reads more slowly than events come: it loses its place, never the others'."""

from typing import Any, Final

from gateway.execution.errors import error

SUBSCRIPTION_LAGGED: Final = "SUBSCRIPTION_LAGGED"


def lagged(cursor: str | None) -> dict[str, Any]:
    """What it is told. `cursor` is that of the last event before the gap."""
    message = "The client reads too slowly: events were left out. Subscribe again."
    if cursor is None:
        return error(message, SUBSCRIPTION_LAGGED)
    return error(message, SUBSCRIPTION_LAGGED, cursor=cursor)
