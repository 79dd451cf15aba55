"""Which headers of the client reach a subgraph, and which of a subgraph's reach the client."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from gateway.response_headers import ResponseHeaders

Algorithm = Literal["first", "last", "append", "most_restrictive"]

# Of one connection (RFC 9110, section 7.6.1), or about one body: never another's business.
_OF_THE_MESSAGE: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"}
    | {"proxy-authenticate", "proxy-authorization", "upgrade", "host", "expect"}
    | {"content-length", "content-type", "content-encoding"}
)
UNSENDABLE: Final = _OF_THE_MESSAGE | {"accept", "accept-encoding", "x-request-id"}
UNRETURNABLE: Final = _OF_THE_MESSAGE | {"date", "server", "x-request-id"}
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE: Final = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class InvalidHeader(ValueError):
    """No such header can be sent. The message says why."""


@dataclass(frozen=True, slots=True)
class Named:
    """One header, by its lower-case name."""

    name: str

    def matches(self, name: str) -> bool:
        return name == self.name


@dataclass(frozen=True, slots=True)
class Matching:
    """Every header in whose lower-case name the pattern is found."""

    pattern: re.Pattern[str]

    def matches(self, name: str) -> bool:
        return self.pattern.search(name) is not None


Selector = Named | Matching


@dataclass(frozen=True, slots=True)
class Propagate:
    """The selected headers, perhaps by another name. `algorithm` is for answers only.

    `default` is sent where the client has no header of that name.
    """

    select: Selector
    rename: str | None = None
    default: str | None = None
    algorithm: Algorithm = "last"


@dataclass(frozen=True, slots=True)
class Insert:
    """A header with a fixed value, instead of any that is there already."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes back what earlier rules have chosen."""

    select: Selector


Rule = Propagate | Insert | Remove
FORWARD_AUTHORIZATION: Final[tuple[Rule, ...]] = (Propagate(Named("authorization")),)


class AnswerHeaders(Protocol):
    """Headers of a subgraph's answer, with any case of name; a name may occur several times.

    What is not ASCII is read as UTF-8, other bytes as surrogates.
    """

    def keys(self) -> Iterable[str]: ...

    def getall(self, key: str) -> list[str]: ...


def header_name(name: str, forbidden: frozenset[str]) -> str:
    """The name in lower case. Raises InvalidHeader where it is none, or is forbidden."""
    lower = name.lower()
    if not _NAME.fullmatch(lower):
        raise InvalidHeader(f"{name!r} is no header name")
    if lower in forbidden:
        raise InvalidHeader(f"{lower} is set by the gateway itself")
    return lower


def header_value(value: str) -> str:
    """The value. Raises InvalidHeader where it would break the message."""
    if not _VALUE.fullmatch(value):
        raise InvalidHeader("a header's value cannot hold control characters")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise InvalidHeader("a header's value can only hold characters of Latin-1") from None
    return value


def outgoing(rules: Sequence[Rule], client: Mapping[str, str]) -> dict[str, str]:
    """What the rules, in their order, send to the subgraph of the client's headers."""
    sent: dict[str, str] = {}
    for rule in rules:
        if isinstance(rule, Propagate):
            _send(rule, client, sent)
        elif isinstance(rule, Insert):
            sent[rule.name] = rule.value
        else:
            for name in [name for name in sent if rule.select.matches(name)]:
                del sent[name]
    return sent


def _send(rule: Propagate, client: Mapping[str, str], sent: dict[str, str]) -> None:
    if isinstance(rule.select, Named):
        value = client.get(rule.select.name, rule.default)
        if value is not None:
            sent[rule.rename or rule.select.name] = value
        return
    for name, value in client.items():
        if name not in UNSENDABLE and rule.select.matches(name):
            sent[rule.rename or name] = value


def is_private(rules: Sequence[Rule], answer: AnswerHeaders) -> bool:
    """Whether the answer hands its client a cookie: it may be no other's, however alike."""
    return any(chosen.name == "set-cookie" for chosen in _chosen(rules, answer))


def collect(rules: Sequence[Rule], answer: AnswerHeaders, into: ResponseHeaders) -> None:
    """Adds what the rules, in their order, return to the client of a subgraph's headers."""
    for item in _chosen(rules, answer):
        if item.algorithm == "most_restrictive":
            into.restrict_caching(", ".join(item.values) if item.values else None)
        elif item.algorithm == "append" or item.name == "set-cookie":
            # Cookies of several subgraphs differ in name: to keep one would lose the others.
            into.append(item.name, item.values)
        elif item.algorithm == "first":
            into.keep_first(item.name, item.values)
        else:
            into.keep_last(item.name, item.values)


@dataclass(frozen=True, slots=True)
class _Chosen:
    name: str
    values: Sequence[str]
    algorithm: Algorithm


def _chosen(rules: Sequence[Rule], answer: AnswerHeaders) -> Iterator[_Chosen]:
    found: dict[str, _Chosen] = {}
    for rule in rules:
        if isinstance(rule, Insert):
            found[rule.name] = _Chosen(rule.name, (rule.value,), "last")
        elif isinstance(rule, Remove):
            for name in [name for name in found if rule.select.matches(name)]:
                del found[name]
        else:
            for name, values in _returned(rule.select, answer):
                key = rule.rename or name
                found[key] = _Chosen(key, values, rule.algorithm)
            if rule.algorithm == "most_restrictive" and "cache-control" not in found:
                found["cache-control"] = _Chosen("cache-control", (), rule.algorithm)
    yield from found.values()


def _returned(select: Selector, answer: AnswerHeaders) -> Iterator[tuple[str, list[str]]]:
    for name in dict.fromkeys(key.lower() for key in answer.keys()):  # noqa: SIM118 a protocol's
        if name not in UNRETURNABLE and select.matches(name):
            yield name, [_as_bytes(value) for value in answer.getall(name)]


def _as_bytes(value: str) -> str:
    """As the bytes that came, one character for each: the form in which ASGI takes headers."""
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("latin-1")
