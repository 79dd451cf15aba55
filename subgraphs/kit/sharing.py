"""Who may share an answer with whom: those for whom every policy in it decides alike."""

from collections.abc import Hashable, Iterable

from subgraphs.kit.policy import Kind, Policy, Principal


def sharing_key(policies: Iterable[Policy], principal: Principal) -> Hashable:
    """Equal for callers that these policies cannot tell apart; else the caller's own.

    A service's rights are its documents and on whose behalf it acts: it shares with nobody.
    """
    personal = any(policy.is_personal(principal.kind) for policy in policies)
    if personal or principal.kind is Kind.SERVICE:
        return principal
    return principal.kind, principal.roles, principal.scopes
