"""Header rules in both directions, first alone, then through a real subgraph."""

import re
from collections.abc import Mapping

import pytest
from aiohttp import web
from multidict import CIMultiDict

from gateway.response_headers import ResponseHeaders
from gateway.transport.headers import (
    FORWARD_AUTHORIZATION,
    UNSENDABLE,
    Insert,
    InvalidHeader,
    Matching,
    Named,
    Propagate,
    Remove,
    Rule,
    collect,
    header_name,
    header_value,
    outgoing,
)
from gateway.transport.http import HttpSettings
from tests.gateway.transport.serving import request, subgraph

CLIENT = {
    "authorization": "Bearer x",
    "cookie": "c=1",
    "host": "shop.test",
    "content-length": "7",
    "x-request-id": "request-1",
    "x-tenant": "t1",
    "x-trace": "t2",
}
X = Matching(re.compile("^x-"))
ANY = Matching(re.compile(""))


@pytest.mark.parametrize(
    ("rules", "sent"),
    [
        (FORWARD_AUTHORIZATION, {"authorization": "Bearer x"}),
        ((), {}),
        ((Propagate(Named("x-tenant")),), {"x-tenant": "t1"}),
        ((Propagate(Named("x-none")),), {}),
        ((Propagate(Named("x-none"), default="d"),), {"x-none": "d"}),
        ((Propagate(Named("x-tenant"), default="d"),), {"x-tenant": "t1"}),
        ((Propagate(Named("x-tenant"), rename="tenant"),), {"tenant": "t1"}),
        ((Propagate(X),), {"x-tenant": "t1", "x-trace": "t2"}),
        ((Propagate(X), Remove(Named("x-trace"))), {"x-tenant": "t1"}),
        ((Propagate(X), Remove(X), Insert("x-a", "1")), {"x-a": "1"}),
        ((Insert("x-tenant", "own"), Propagate(Named("x-tenant"))), {"x-tenant": "t1"}),
        ((Propagate(Named("x-tenant")), Insert("x-tenant", "own")), {"x-tenant": "own"}),
        (
            (Propagate(ANY),),
            {"authorization": "Bearer x", "cookie": "c=1", "x-tenant": "t1", "x-trace": "t2"},
        ),
    ],
)
def test_request(rules: tuple[Rule, ...], sent: Mapping[str, str]) -> None:
    assert outgoing(rules, CLIENT) == sent


def returned(rules: tuple[Rule, ...], *answers: list[tuple[str, str]]) -> ResponseHeaders:
    headers = ResponseHeaders()
    for answer in answers:
        collect(rules, CIMultiDict(answer), headers)
    return headers


ONE = [("X-A", "1"), ("x-a", "2"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=1"), ("Server", "s")]
TWO = [("X-A", "3"), ("Set-Cookie", "a=2"), ("X-B", "b")]


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        ((), []),
        ((Propagate(Named("x-a"), algorithm="first"),), [("x-a", "1"), ("x-a", "2")]),
        ((Propagate(Named("x-a"), algorithm="last"),), [("x-a", "3")]),
        (
            (Propagate(Named("x-a"), algorithm="append"),),
            [("x-a", "1"), ("x-a", "2"), ("x-a", "3")],
        ),
        (
            (Propagate(Named("set-cookie"), algorithm="last"),),
            [("set-cookie", "a=1"), ("set-cookie", "b=1"), ("set-cookie", "a=2")],
        ),
        ((Propagate(Named("x-b"), rename="b"),), [("b", "b")]),
        ((Propagate(X), Remove(Named("x-a"))), [("x-b", "b")]),
        ((Insert("x-c", "c"),), [("x-c", "c")]),
        ((Propagate(Matching(re.compile("^server$"))),), []),
    ],
)
def test_response(rules: tuple[Rule, ...], lines: list[tuple[str, str]]) -> None:
    headers = returned(rules, ONE, TWO)
    assert list(headers) == lines
    assert headers.cache_control() is None


CACHING = (Propagate(Named("cache-control"), algorithm="most_restrictive"),)


def test_caching_is_merged_to_the_most_restrictive() -> None:
    sixty, ten = [("cache-control", "max-age=60")], [("cache-control", "private, max-age=10")]
    assert returned(CACHING, sixty).cache_control() == "max-age=60"
    assert returned(CACHING, sixty, ten).cache_control() == "private, max-age=10"
    assert list(returned(CACHING, sixty, ten)) == []


def test_a_subgraph_that_does_not_speak_of_caching_forbids_it() -> None:
    headers = returned(CACHING, [("cache-control", "max-age=60")], [])
    assert headers.cache_control() == "no-store"


@pytest.mark.parametrize("name", ["", "a b", "a:", "ä", "a\r\n", "Host", "Connection"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(InvalidHeader):
        header_name(name, UNSENDABLE)


@pytest.mark.parametrize("value", ["a\nb", "a\r", "\x00", "€"])
def test_values_that_cannot_be(value: str) -> None:
    with pytest.raises(InvalidHeader):
        header_value(value)


async def test_both_ways_through_a_subgraph() -> None:
    async def handler(got: web.Request) -> web.Response:
        answer = web.json_response({"data": {}}, headers={"x-got": got.headers["x-tenant"]})
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    settings = HttpSettings(
        request_headers=(Propagate(Named("x-tenant")),),
        response_headers=(
            Propagate(Named("set-cookie"), algorithm="append"),
            Propagate(Named("x-got")),
        ),
    )
    headers = ResponseHeaders()
    async with subgraph(handler, settings) as transport:
        await transport.execute(request(headers={"x-tenant": "t1"}, returned=headers))
        await transport.execute(request(headers={"x-tenant": "t1"}))  # nobody wants to know
    assert list(headers) == [
        ("set-cookie", "a=1; Path=/"),
        ("set-cookie", "b=2; Path=/"),
        ("x-got", "t1"),
    ]
