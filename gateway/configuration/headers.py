"""`headers`: rules for headers on their way to subgraphs and back."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from gateway.configuration.values import Section
from gateway.transport.headers import (
    FORWARD_AUTHORIZATION,
    UNRETURNABLE,
    UNSENDABLE,
    Insert,
    Matching,
    Named,
    Propagate,
    Remove,
    Rule,
    Selector,
    header_name,
    header_value,
)


def _pattern(value: Any) -> Any:
    """Header names have no case."""
    if not isinstance(value, str):
        return value
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None


RequestName = Annotated[str, AfterValidator(lambda name: header_name(name, UNSENDABLE))]
ResponseName = Annotated[str, AfterValidator(lambda name: header_name(name, UNRETURNABLE))]
Value = Annotated[str, AfterValidator(header_value)]
Pattern = Annotated[
    re.Pattern[str],
    BeforeValidator(_pattern),
    WithJsonSchema({"type": "string", "format": "regex"}),
]


class _Selected(Section):
    named: str | None = None
    matching: Pattern | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "_Selected":
        if (self.named is None) == (self.matching is None):
            raise ValueError("give either named or matching")
        return self

    def selector(self) -> Selector:
        if self.matching is not None:
            return Matching(self.matching)
        return Named((self.named or "").lower())


class RequestPropagation(_Selected):
    """Sends headers of the client's. `default`: where the client sends none of that name."""

    named: RequestName | None = None
    rename: RequestName | None = None
    default: Value | None = None

    @model_validator(mode="after")
    def _default_of_one(self) -> "RequestPropagation":
        if self.matching is not None and (self.default or self.rename):
            raise ValueError("default and rename go with named")
        return self

    def rule(self) -> Rule:
        return Propagate(self.selector(), self.rename, self.default)


class ResponsePropagation(_Selected):
    """Returns headers of the subgraph's: of several subgraphs the `last`, the `first`, or all.

    `most_restrictive` is for cache-control. Cookies are all kept.
    """

    named: ResponseName | None = None
    rename: ResponseName | None = None
    algorithm: Literal["last", "first", "append", "most_restrictive"] = "last"

    @model_validator(mode="after")
    def _caching(self) -> "ResponsePropagation":
        if self.matching is not None and self.rename:
            raise ValueError("rename goes with named")
        if (self.named == "cache-control") != (self.algorithm == "most_restrictive"):
            raise ValueError("cache-control is merged by algorithm: most_restrictive, no other is")
        if self.named == "cache-control" and self.rename:
            raise ValueError("cache-control keeps its name")
        return self

    def rule(self) -> Rule:
        return Propagate(self.selector(), self.rename, algorithm=self.algorithm)


class RequestInsertion(Section):
    """Sends a header with a fixed value."""

    name: RequestName
    value: Value

    def rule(self) -> Rule:
        return Insert(self.name, self.value)


class ResponseInsertion(Section):
    """Returns a header with a fixed value."""

    name: ResponseName
    value: Value

    def rule(self) -> Rule:
        return Insert(self.name, self.value)


class Removal(_Selected):
    """Takes back what earlier rules have chosen."""

    def rule(self) -> Rule:
        return Remove(self.selector())


class _OneRule(Section):
    @model_validator(mode="after")
    def _one(self) -> "_OneRule":
        if len(self.given()) != 1:
            raise ValueError("give one of propagate, insert or remove")
        return self

    def given(self) -> list[Any]:
        return [each for each in self.__dict__.values() if each is not None]

    def rule(self) -> Rule:
        rule: Rule = self.given()[0].rule()
        return rule


class RequestRule(_OneRule):
    propagate: RequestPropagation | None = None
    insert: RequestInsertion | None = None
    remove: Removal | None = None


class ResponseRule(_OneRule):
    propagate: ResponsePropagation | None = None
    insert: ResponseInsertion | None = None
    remove: Removal | None = None


class HeaderRules(Section):
    """Applied in order. Without `request`, the authorization header is sent and no other."""

    request: tuple[RequestRule, ...] | None = None
    response: tuple[ResponseRule, ...] = ()


class SubgraphHeaderRules(Section):
    """Applied after those for all."""

    request: tuple[RequestRule, ...] = ()
    response: tuple[ResponseRule, ...] = ()

    @model_validator(mode="after")
    def _caching_is_of_all(self) -> "SubgraphHeaderRules":
        if any(
            rule.propagate is not None and rule.propagate.named == "cache-control"
            for rule in self.response
        ):
            # What one subgraph allows would be allowed for the data of the others too.
            raise ValueError("cache-control can only be propagated from all subgraphs")
        return self


class Headers(Section):
    """Which of the client's headers reach subgraphs, and which of theirs reach the client."""

    all: HeaderRules = HeaderRules()
    subgraphs: dict[str, SubgraphHeaderRules] = Field(default_factory=dict)

    def request_rules(self, subgraph: str) -> tuple[Rule, ...]:
        general = FORWARD_AUTHORIZATION if self.all.request is None else _rules(self.all.request)
        own = self.subgraphs.get(subgraph)
        return general if own is None else (*general, *_rules(own.request))

    def response_rules(self, subgraph: str) -> tuple[Rule, ...]:
        own = self.subgraphs.get(subgraph)
        general = _rules(self.all.response)
        return general if own is None else (*general, *_rules(own.response))

    @property
    def returns_any(self) -> bool:
        return bool(self.all.response) or any(own.response for own in self.subgraphs.values())


def _rules(rules: Sequence[_OneRule]) -> tuple[Rule, ...]:
    return tuple(rule.rule() for rule in rules)
