"""Who is calling, and which rows they may touch. A policy is a pure function from one to the other.

The scope that a policy grants goes into every repository call, so a foreign row is simply not
found: root field, `_entities`, contributed field and subscription cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ColumnElement, true


class Kind(StrEnum):
    """What sort of caller it is; the access table (DOMAIN.md section 6) has a column for each."""

    ANONYMOUS = auto()
    CUSTOMER = auto()
    STAFF = auto()
    ADMIN = auto()
    SERVICE = auto()


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, from a signed token. A customer's `id` is that of the customer.

    `commands` are what a service's documents use, root fields as coordinates (`Query.order`),
    other fields and types by name: it may use these and nothing else, whatever a policy says of
    roles. So a field `order` in a payload opens no root field `order`.
    """

    id: str
    kind: Kind
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    on_behalf_of: str | None = None
    commands: frozenset[str] = frozenset()


ANONYMOUS = Principal("anonymous", Kind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Every row; or only those that `owner` owns; or only those that are `public`."""

    owner: str | None = None
    public: bool = False

    def covers(self, owner: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a statement over owned rows carries."""
        return true() if self.owner is None else owner == self.owner

    def shows(self, published: ColumnElement[bool]) -> ColumnElement[bool]:
        """The condition that a statement over rows that may be unpublished carries."""
        return published if self.public else true()


EVERY_ROW = Scope()
PUBLIC_ROWS = Scope(public=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """`decide` answers None where the role may never do this (FORBIDDEN), else the rows.

    `rule` says the same to people: it stands in the table of each agent's README. `role_only`:
    the scope depends on kind and scopes alone, so that equal roles may share an answer;
    `role_only_for` are the kinds of caller for which it does so although it is not `role_only`.
    """

    rule: str
    decide: Callable[[Principal], Scope | None]
    role_only: bool = True
    role_only_for: frozenset[Kind] = frozenset()

    def is_personal(self, kind: Kind) -> bool:
        """Whether callers of this kind, though they have equal roles, may see different rows."""
        return not self.role_only and kind not in self.role_only_for


def _admin(principal: Principal) -> Scope | None:
    return EVERY_ROW if principal.kind is Kind.ADMIN else None


def _anyone(principal: Principal) -> Scope | None:
    return EVERY_ROW


anyone = Policy("anyone", _anyone)
service = Policy("service, admin", _admin)
"""Another agent with a command for it, or an administrator in its place."""


def staff(scope: str) -> Policy:
    """Staff that hold `scope` (`inventory:read`), and whoever `service` admits."""

    def decide(principal: Principal) -> Scope | None:
        if principal.kind is Kind.STAFF and scope in principal.scopes:
            return EVERY_ROW
        return _admin(principal)

    return Policy(f"staff {scope}", decide)


def owner_or(other: Policy) -> Policy:
    """A customer, for what is theirs; anybody else by the other policy."""

    def decide(principal: Principal) -> Scope | None:
        if principal.kind is Kind.CUSTOMER:
            return Scope(owner=principal.id)
        return other.decide(principal)

    others = {kind for kind in Kind if kind is not Kind.CUSTOMER and not other.is_personal(kind)}
    rule = f"customer (own), {other.rule}"
    return Policy(rule, decide, role_only=False, role_only_for=frozenset(others))


def public_or(other: Policy) -> Policy:
    """Whoever the other policy does not admit sees what is public."""

    def decide(principal: Principal) -> Scope | None:
        return other.decide(principal) or PUBLIC_ROWS

    rule = f"anyone (published), {other.rule}"
    return Policy(rule, decide, other.role_only, other.role_only_for)


def granted(policy: Policy, principal: Principal, name: str) -> Scope | None:
    """What `principal` gets of `name`, a root field's coordinate or else a field's or type's name;
    services go by their documents only.
    """
    if principal.kind is not Kind.SERVICE:
        return policy.decide(principal)
    if name not in principal.commands:
        return None
    behalf = principal.on_behalf_of
    if behalf is None or not behalf.startswith("cus_"):
        return EVERY_ROW
    return Scope(owner=behalf, public=True)
