"""What one agent's server lets in: larger than clients may ask, for the gateway asks for many."""

from functools import lru_cache
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError

from gateway.execution.documents import PARSE_FAILED, VALIDATION_FAILED, formatted
from gateway.policy.limits import Limits

# The gateway adds keys below what its client selected, and asks for entities of many places at
# once, each under an alias of its own.
AGENT_LIMITS: Final = Limits(depth=25, aliases=1_000, root_fields=200, tokens=20_000)


@lru_cache(maxsize=1_000)
def refusals(document: str, limits: Limits = AGENT_LIMITS) -> tuple[dict[str, Any], ...]:
    """The errors that a document is refused with; what is no GraphQL is for others to refuse."""
    try:
        errors = limits.check(limits.parse(document))
    except GraphQLSyntaxError:
        return ()
    except GraphQLError as error:
        return (formatted(error, PARSE_FAILED),)
    return tuple(formatted(error, VALIDATION_FAILED) for error in errors)
