"""The answer has the client's types, whatever came from the subgraph."""

from typing import Any

import pytest

from gateway.transport.protocol import SubgraphRequest
from tests.gateway.subgraphs import Federation, Subgraph

SDL = """
scalar JSON
enum Size { S M }
type Query {
  text: String id: ID int: Int float: Float bool: Boolean json: JSON size: Size
  matrix: [[Int]] strict: [[Int!]!] texts: [String] must: Int! mustAll: [Size!]!
}
"""


async def answer_to(query: str, data: dict[str, Any]) -> tuple[Any, list[Any]]:
    async def execute(_request: SubgraphRequest) -> dict[str, Any]:
        return {"data": data}

    federation = Federation({"a": Subgraph(SDL, answer=execute)})
    response = await federation.response(query)  # interpreted
    assert await federation.response(query) == response  # compiled
    return response.data, [error["path"] for error in response.errors]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", 5, "5"),
        ("text", True, "true"),
        ("id", 7, "7"),
        ("int", 3.0, 3),
        ("float", 4, 4),
        ("bool", 1, True),
        ("json", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ("json", False, False),
        ("size", "M", "M"),
        ("texts", ["a", None, "b"], ["a", None, "b"]),
        ("matrix", [[1, None], None, []], [[1, None], None, []]),
        ("strict", [[1], [2, 3]], [[1], [2, 3]]),
    ],
)
async def test_values_that_can_be_meant(name: str, value: Any, expected: Any) -> None:
    data, errors = await answer_to(f"{{ {name} }}", {name: value})
    assert (data, errors) == ({name: expected}, [])
    assert type(data[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "expected", "path"),
    [
        ("text", {"a": 1}, None, ["text"]),
        ("text", [], None, ["text"]),
        ("int", "five", None, ["int"]),
        ("int", 1.5, None, ["int"]),
        ("bool", "true", None, ["bool"]),
        ("size", "XL", None, ["size"]),
        ("size", {"a": 1}, None, ["size"]),
        ("size", 1, None, ["size"]),
        ("texts", "ab", None, ["texts"]),
        ("texts", {"0": "a"}, None, ["texts"]),
        ("texts", ["a", []], ["a", None], ["texts", 1]),
        ("matrix", [[1, "x"], 5], [[1, None], None], ["matrix", 0, 1]),
        ("strict", [[1, None]], None, ["strict", 0, 1]),
        ("strict", [None], None, ["strict", 0]),
    ],
)
async def test_values_that_cannot(name: str, value: Any, expected: Any, path: Any) -> None:
    data, errors = await answer_to(f"{{ alias: {name} }}", {"alias": value})
    assert data == {"alias": expected}
    assert errors[0] == ["alias", *path[1:]]


@pytest.mark.parametrize(
    ("query", "data", "path"),
    [
        ("{ text must }", {"text": "a", "must": None}, ["must"]),
        ("{ text must }", {"text": "a"}, ["must"]),
        ("{ must }", {"must": "x"}, ["must"]),
        ("{ mustAll }", {"mustAll": ["S", None]}, ["mustAll", 1]),
        ("{ mustAll }", {"mustAll": ["S", "XL"]}, ["mustAll", 1]),
        ("{ mustAll }", {"mustAll": None}, ["mustAll"]),
    ],
)
async def test_null_at_the_root(query: str, data: dict[str, Any], path: Any) -> None:
    assert await answer_to(query, data) == (None, [path])


async def test_client_text_is_data_and_never_code() -> None:
    """Names and aliases are the only client text that a projection sees."""
    query = "{ o: text p: text e: text __class__: text r: int k0: int f0: int None: bool }"
    data = {"o": "1", "p": "2", "e": "3", "__class__": "4", "r": 5, "k0": 6, "f0": 7, "None": True}
    assert await answer_to(query, data) == (data, [])
