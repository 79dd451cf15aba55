"""Signed tokens: what they say about a caller, and who may get which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import uuid4

import jwt

from models.ids import is_id
from souk.keys import ALGORITHM, SigningKey
from souk.problems import Problem

ISSUER = "souk"
AUDIENCE = "souk"
DEFAULT_LIFE = timedelta(hours=12)
SCOPE = re.compile(r"[a-z]+:(read|write|approve)")
CUSTOMER = "cus"


class Kind(StrEnum):
    """The kinds of principals that have tokens; who has none is anonymous."""

    ADMIN = "admin"
    STAFF = "staff"
    CUSTOMER = "customer"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token says: who the bearer is, and what it may do on whose behalf."""

    subject: str
    kind: Kind
    roles: Sequence[str] = ()
    scopes: Sequence[str] = ()
    commands: Sequence[str] = ()
    """For a service: the only mutations that it may call."""
    on_behalf_of: str | None = None


def person(role: str, subject: str | None, scopes: Sequence[str]) -> Grant:
    """The grant of a person, checked; a service's is minted by the kit and never asked for."""
    kind = _kind(role)
    _check_scopes(kind, scopes)
    return Grant(_subject(kind, subject), kind, roles=(role,), scopes=tuple(dict.fromkeys(scopes)))


def issue(
    key: SigningKey,
    grant: Grant,
    life: timedelta = DEFAULT_LIFE,
    now: datetime | None = None,
) -> str:
    """Sign a token (RFC 7519) that is good from ``now`` for ``life``."""
    issued = now or datetime.now(UTC)
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": grant.subject,
        "kind": grant.kind.value,
        "roles": list(grant.roles),
        "scopes": list(grant.scopes),
        "iat": int(issued.timestamp()),
        "exp": int((issued + life).timestamp()),
        "jti": str(uuid4()),
    }
    if grant.commands:
        claims["commands"] = list(grant.commands)
    if grant.on_behalf_of is not None:
        claims["obo"] = grant.on_behalf_of
    return jwt.encode(claims, key.key, algorithm=ALGORITHM, headers={"kid": key.kid})


def _kind(role: str) -> Kind:
    if role == Kind.SERVICE:
        raise Problem(
            "a service gets no token from the command line",
            "An agent mints its own for five minutes; use --role admin or staff",
        )
    try:
        return Kind(role)
    except ValueError:
        raise Problem(f"{role} is not a role", "Use --role admin, staff or customer") from None


def _check_scopes(kind: Kind, scopes: Sequence[str]) -> None:
    if scopes and kind is not Kind.STAFF:
        raise Problem(f"a token for {kind} has no scopes", "Leave --scope out, or use --role staff")
    for scope in scopes:
        if SCOPE.fullmatch(scope) is None:
            raise Problem(
                f"{scope!r} is not a scope",
                "Write it as AGENT:read, AGENT:write or AGENT:approve, such as order:write",
            )


def _subject(kind: Kind, subject: str | None) -> str:
    if kind is Kind.CUSTOMER and not is_id(subject or "", CUSTOMER):
        raise Problem(
            "a customer's token needs the customer's id"
            + (f", and {subject!r} is none" if subject else ""),
            "Add --subject cus_... (26 letters and digits after the underscore)",
        )
    if kind is not Kind.CUSTOMER and is_id(subject or "", CUSTOMER):
        raise Problem(
            f"{subject} is a customer, and a token for {kind} is not theirs",
            "Use --role customer, or another --subject",
        )
    return subject or str(kind)
