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


_COUNTED: Final = {
    "depth": "depth",
    "aliases": "number of aliases",
    "root_fields": "number of root fields",
    "directives": "number of directives",
    "nesting": "nesting of selections and fragments",
}


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

    Errors have the code LIMIT_EXCEEDED and name the limit in `extensions.limit`.
    """

    depth: int = 15
    aliases: int = 100
    root_fields: int = 20
    directives: int = 50
    tokens: int = 10_000
    comments: int = 2_000
    nesting: int = 100

    def parse(self, source: str) -> DocumentNode:
        """Parse, reading no more tokens and comments than the limits allow.

        Raises GraphQLSyntaxError, or GraphQLError of code LIMIT_EXCEEDED for too many tokens.
        """
        try:
            return parse(
                source,
                max_lexical_tokens=self.tokens,
                max_comments=self.comments,
                allow_empty_selection_sets=False,
            )
        except GraphQLSyntaxError as error:
            # The parser has no error of its own for this, so those that fail are counted again.
            if _has_more_tokens(source, self.tokens):
                message = f"The document has more tokens than the limit of {self.tokens}."
                raise _exceeded("tokens", message) from error
            raise

    def check(self, document: DocumentNode) -> list[GraphQLError]:
        """One error per limit that an operation of the document exceeds; empty: let it in.

        The cost is linear in the document, whatever its fragments expand to. Cycles of fragments
        and unknown ones are counted as empty: it is for validation to report them.
        """
        measures = measure_operations(document)
        errors = []
        for name, words in _COUNTED.items():
            allowed: int = getattr(self, name)
            if any(getattr(measure, name) > allowed for measure in measures):
                message = f"The operation's {words} exceeds the limit of {allowed}."
                errors.append(_exceeded(name, message))
        return errors


def _exceeded(limit: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": LIMIT_EXCEEDED, "limit": limit})


def _has_more_tokens(source: str, allowed: int) -> bool:
    lexer = Lexer(Source(source))
    try:
        for _ in range(allowed + 1):
            if lexer.advance().kind is TokenKind.EOF:
                return False
    except GraphQLSyntaxError:
        return False
    return True
