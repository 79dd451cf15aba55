"""The callers that tests act as: one of each kind of the access table (DOMAIN.md section 6)."""

from subgraphs.kit import Kind, Principal
from subgraphs.kit.policy import ANONYMOUS

__all__ = ["ADMIN", "ANONYMOUS", "approver", "customer", "reader", "service", "staff", "writer"]

ADMIN = Principal("usr_ADMIN", Kind.ADMIN, roles=frozenset({"admin"}))


def customer(id: str) -> Principal:
    return Principal(id, Kind.CUSTOMER)


def staff(*scopes: str) -> Principal:
    return Principal("usr_STAFF", Kind.STAFF, scopes=frozenset(scopes))


def reader(agent: str) -> Principal:
    return staff(f"{agent}:read")


def writer(agent: str) -> Principal:
    return staff(f"{agent}:read", f"{agent}:write")


def approver(agent: str) -> Principal:
    return staff(f"{agent}:read", f"{agent}:approve")


def service(agent: str, *commands: str, on_behalf_of: str | None = None) -> Principal:
    """Another agent whose documents name these fields and types, at the root or below."""
    roots = {
        f"{root}.{each}" for root in ("Query", "Mutation", "Subscription") for each in commands
    }
    return Principal(
        f"agent:{agent}",
        Kind.SERVICE,
        on_behalf_of=on_behalf_of,
        commands=frozenset(commands) | roots,
    )
