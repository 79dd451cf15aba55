"""From the claims of a verified token to a principal: the same in every process."""

from collections.abc import Mapping
from typing import Any

from subgraphs.kit.policy import ANONYMOUS, Kind, Principal


def claims_of(principal: Principal) -> dict[str, Any]:
    """What a token says of this principal, besides its own life."""
    claims: dict[str, Any] = {
        "sub": principal.id,
        "kind": principal.kind.value,
        "roles": sorted(principal.roles),
        "scopes": sorted(principal.scopes),
        "commands": sorted(principal.commands),
    }
    return claims | ({} if principal.on_behalf_of is None else {"obo": principal.on_behalf_of})


def principal_of(claims: Mapping[str, Any] | None) -> Principal:
    """Who the claims speak of; without a token nobody in particular.

    Claims: `sub`, `kind`, `roles`, `scopes`, and of a service `commands` and `obo` (on behalf
    of). A kind that this version does not know has no rights at all.
    """
    if claims is None or claims.get("kind") not in set(Kind):
        return ANONYMOUS
    return Principal(
        id=claims["sub"],
        kind=Kind(claims["kind"]),
        roles=frozenset(claims.get("roles", ())),
        scopes=frozenset(claims.get("scopes", ())),
        on_behalf_of=claims.get("obo"),
        commands=frozenset(claims.get("commands", ())),
    )
