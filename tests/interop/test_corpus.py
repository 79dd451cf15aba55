"""The corpus fits the schema: what other gateways are compared with is worth comparing."""

from collections import Counter

import pytest
from graphql import parse, validate

from gateway.gateway import Gateway
from gateway.transport.http import HttpTransport
from models.migrations.run import AGENTS
from tests.interop.corpus import SUPERGRAPH, corpus, generated
from tests.interop.differences import DIFFERENCES
from tests.workflows.operations import Operation


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    transports = {name: HttpTransport("http://127.0.0.1:9") for name in AGENTS}
    return Gateway(SUPERGRAPH.read_text(), transports)


def test_there_is_enough() -> None:
    found = corpus()
    assert len(found) >= 200
    assert len(found) - len(generated()) >= 60
    assert len({operation.name for operation in found}) == len(found)
    assert {name for name, _peer in DIFFERENCES} <= {operation.name for operation in found}


@pytest.mark.parametrize("operation", generated(), ids=lambda operation: operation.name)
def test_generated_operations_are_valid(gateway: Gateway, operation: Operation) -> None:
    """Where one is not, the schema has changed: run `python -m tests.interop.generate`."""
    assert validate(gateway.schema, parse(operation.document)) == []


def test_generated_operations_join(gateway: Gateway) -> None:
    """Many need several subgraph requests, and every agent has its share of them."""
    requests = [list(gateway.plan(operation.document).requests) for operation in generated()]
    assert sum(len(each) > 1 for each in requests) >= 80
    asked = Counter(request.graph for each in requests for request in each)
    assert all(asked[agent] >= 50 for agent in AGENTS)
