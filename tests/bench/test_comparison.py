"""Answers are compared as JSON."""

from typing import Any

import pytest

from bench.comparison import difference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": [None, "x"]}, {"b": [None, "x"], "a": 1}),
        ([], []),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1}]}}),
    ],
)
def test_same(one: Any, other: Any) -> None:
    assert difference(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "$.a.b[1]: '2' and '3'"),
        ({"a": 1}, {"a": 1, "b": None}, "$.b: only in the second"),
        ({"a": 1, "b": None}, {"a": 1}, "$.b: only in the first"),
        ([1], [1, 2], "$.length: '1' and '2'"),
        ([2, 1], [1, 2], "$[0]: '2' and '1'"),
        ({"a": "1.0"}, {"a": 1.0}, "$.a: '1.0' and '1.0'"),
        (True, 1, "$: 'True' and '1'"),
        ({}, [], "$: '{}' and '[]'"),
    ],
)
def test_first_difference(one: Any, other: Any, found: str) -> None:
    assert difference(one, other) == found
