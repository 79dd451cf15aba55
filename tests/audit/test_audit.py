"""The runner's own judgement: what it takes for passed, and what it says without a checkout."""

from pathlib import Path
from typing import Any

import pytest

from tests.audit.__main__ import main
from tests.audit.run import subgraph_urls
from tests.audit.suites import VARIABLE, Case
from tests.gateway.shop import shop


@pytest.mark.parametrize(
    ("data", "errors", "answer", "passed"),
    [
        ({"a": 1, "b": [2, 3]}, None, {"data": {"b": [2, 3], "a": 1}}, True),
        ({"a": [2, 3]}, None, {"data": {"a": [3, 2]}}, False),
        ({"a": 1}, None, {"data": {"a": True}}, False),
        ({"a": 1}, None, {"data": {"a": 1, "b": 2}}, False),
        ({"a": 1}, None, {"data": {"a": 1}, "errors": [{}]}, True),
        ({"a": 1}, False, {"data": {"a": 1}, "errors": [{}]}, False),
        ({"a": None}, True, {"data": {"a": None}, "errors": [{}]}, True),
        ({"a": None}, True, {"data": {"a": None}}, False),
        (None, True, {"errors": [{}]}, True),
        (None, True, {"data": {}, "errors": [{}]}, False),
    ],
)
def test_what_passes(data: Any, errors: bool | None, answer: dict[str, Any], passed: bool) -> None:
    assert Case("{ a }", data, errors).passed(answer) is passed


@pytest.mark.parametrize(
    ("given", "said"), [("", "Set SOUK_AUDIT"), ("empty", "is no checkout of the audit")]
)
def test_without_a_checkout_it_says_what_to_do(
    given: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / given) if given else "")
    monkeypatch.setattr("sys.argv", ["audit"])
    assert main() == 2
    assert said in capsys.readouterr().err


def test_urls_are_those_of_the_supergraph() -> None:
    assert subgraph_urls(shop().sdl) == {
        name: f"http://{name}.test" for name in ("accounts", "catalog", "reviewing", "shipping")
    }
