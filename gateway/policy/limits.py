"""Bounds on the shape of a document, checked before validation."""

from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    Lexer,
    Source,
    TokenKind,
    parse,
)

from gateway.policy.measure import measure_operations

LIMIT_EXCEEDED: Final = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest document that is let in; each bound is inclusive.

    Fragments count where they are spread, as often as they are spread.
    - `depth`: fields inside one another, the leaf included, and likewise lists and input objects
      inside one another. What lies under `__schema` and `__type` does not count: validation
      bounds that by the introspection fields that multiply.
    - `aliases`, `directives`, `root_fields`: of one operation.
    - `tokens`: of the document, without comments; `comments` bounds those.
    - `nesting`: selection sets and spreads of any kind inside one another. It bounds the recursion
      of whoever walks the document, where `depth` does not: fragments need no field.
    """

    depth: int = 15
    aliases: int = 100
    root_fields: int = 20
    directives: int = 50
    tokens: int = 10_000
    comments: int = 2_000
    nesting: int = 100


DEFAULT_LIMITS: Final = Limits()


def limit_error(limit: str, message: str) -> GraphQLError:
    """A request error of code LIMIT_EXCEEDED; `extensions.limit` names the limit."""
    return GraphQLError(message, extensions={"code": LIMIT_EXCEEDED, "limit": limit})


def check(document: DocumentNode, limits: Limits = DEFAULT_LIMITS) -> list[GraphQLError]:
    """One error per limit that an operation of the document exceeds; empty: let it in.

    The cost is linear in the document, whatever its fragments expand to. Cycles of fragments and
    unknown ones are counted as empty: it is for validation to report them.
    """
    measures = measure_operations(document)
    errors = []
    for name, words in _COUNTED.items():
        allowed: int = getattr(limits, name)
        if any(getattr(measure, name) > allowed for measure in measures):
            errors.append(
                limit_error(name, f"The operation's {words} exceeds the limit of {allowed}.")
            )
    return errors


def parse_within(source: str, limits: Limits = DEFAULT_LIMITS) -> DocumentNode:
    """Parse, reading no more tokens and comments than the limits allow.

    Raises GraphQLSyntaxError, or GraphQLError of code LIMIT_EXCEEDED for too many tokens.
    """
    try:
        return parse(source, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
    except GraphQLSyntaxError as error:
        # The parser has no error of its own for this, so those that fail are counted again.
        if _has_more_tokens(source, limits.tokens):
            raise limit_error(
                "tokens", f"The document has more tokens than the limit of {limits.tokens}."
            ) from error
        raise


_COUNTED: Final = {
    "depth": "depth",
    "aliases": "number of aliases",
    "root_fields": "number of root fields",
    "directives": "number of directives",
    "nesting": "nesting of selections and fragments",
}


def _has_more_tokens(source: str, allowed: int) -> bool:
    lexer = Lexer(Source(source))
    try:
        for _ in range(allowed + 1):
            if lexer.advance().kind is TokenKind.EOF:
                return False
    except GraphQLSyntaxError:
        return False
    return True
