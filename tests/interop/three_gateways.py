"""Souk's gateway, Apollo's and Hive's in front of the same shop. `make interop` runs this.

Not collected by itself: its npm packages are some hundred megabytes.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from souk.keys import SigningKey
from tests.gateway.server.node_programs import installed
from tests.interop.comparison import differences, places
from tests.interop.corpus import corpus
from tests.interop.differences import DIFFERENCES
from tests.interop.stacks import OURS, PEERS, three
from tests.postgres import Server
from tests.workflows.operations import Operation

CORPUS = corpus()
Answers = dict[str, dict[str, dict[str, Any]]]
"""By gateway and operation."""


@pytest.fixture(scope="module")
async def answers(
    server: Server,
    example_template: None,
    installation_key: SigningKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Answers]:
    packages = await asyncio.to_thread(installed, Path(__file__).parent / "node")
    folder = tmp_path_factory.mktemp("gateways")
    found: Answers = {gateway: {} for gateway in (OURS, *PEERS)}
    async with three(server, installation_key, packages, folder) as clients:
        for operation in CORPUS:
            for gateway, before in found.items():
                before[operation.name] = await clients.ask(gateway, operation, before)
        yield found


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("operation", CORPUS, ids=lambda operation: operation.name)
def test_both_answer_alike(answers: Answers, operation: Operation, peer: str) -> None:
    ours, theirs = answers[OURS][operation.name], answers[peer][operation.name]
    argued, _reason = DIFFERENCES.get((operation.name, peer), ((), ""))
    assert differences(ours, theirs) == argued, (ours, theirs)


def test_differences_are_of_operations_that_there_are() -> None:
    names = {operation.name for operation in CORPUS}
    assert {name for name, _peer in DIFFERENCES} <= names
    assert all(reason for _what, reason in DIFFERENCES.values())


def test_most_has_data_and_much_has_errors(answers: Answers) -> None:
    """Equal answers would be worth little if they were all refusals."""
    found = answers[OURS].values()
    assert sum(answer.get("data") is not None for answer in found) >= 200
    assert sum(any(places(answer)) for answer in found) >= 50


def test_the_order_of_possible_types_alone_differs(answers: Answers) -> None:
    """What `DIFFERENCES` says of it is so."""
    name = "the implementations of an interface"
    per_gateway = [
        {each["name"] for each in answers[gateway][name]["data"]["__type"]["possibleTypes"]}
        for gateway in (OURS, *PEERS)
    ]
    assert per_gateway == [per_gateway[0]] * 3
    assert len(per_gateway[0]) > 20
