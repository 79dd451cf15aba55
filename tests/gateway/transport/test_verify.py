"""An entity that is another than the one asked for is refused, and only that one."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import Owned, SubgraphRequest
from gateway.transport.verify import VerifyingTransport

DOCUMENT = (
    "query($representations: [_Any!]!) "
    "{ _entities(representations: $representations) { ... on P { name } ... on Q { name } } }"
)
ASKED = [{"__typename": "P", "id": "1"}, {"__typename": "P", "id": "2", "other": {"a": 1}}]


def entity(id: object, name: str = "n") -> dict[str, object]:
    return {"_identity_id": id, "name": name}


async def answered(
    entities: Any, document: str = DOCUMENT
) -> tuple[Mapping[str, Any], SubgraphRequest]:
    seen: list[SubgraphRequest] = []

    async def execute(request: SubgraphRequest) -> Mapping[str, Any]:
        seen.append(request)
        return {"data": {"_entities": entities}}

    transport = VerifyingTransport(LocalTransport(execute), {"P": ("id", "sku")})
    variables = {"representations": ASKED}
    context = RequestContext("request-1")
    request = SubgraphRequest(document, variables, "query", context)
    first, answer = await transport.execute(request), await transport.execute(request)
    assert first == answer
    return answer, seen[-1]


async def test_keys_are_asked_for_along_with_the_rest() -> None:
    _, sent = await answered([])
    assert " ".join(sent.document.split()) == (
        "query ($representations: [_Any!]!) { _entities(representations: $representations) { "
        "... on P { _identity_id: id name } ... on Q { name } } }"
    )


async def test_other_documents_stay_as_they_are() -> None:
    document = "{ _entities: other }"
    _, sent = await answered([], document)
    assert sent.document is document


@pytest.mark.parametrize(
    "entities",
    [
        [entity("1"), entity("2")],
        [entity(1), entity(2)],
        [None, entity("2")],
        [{"name": "no key"}, {"_identity_id": None, "_identity_sku": "any"}],
        [entity("1")],
        "nonsense",
    ],
)
async def test_what_is_no_other_passes(entities: Any) -> None:
    answer, _ = await answered(entities)
    assert answer == {"data": {"_entities": entities}}


async def test_the_other_one_is_refused() -> None:
    given = [entity("1"), entity("3")]
    answer, _ = await answered(given)
    assert answer["data"] == {"_entities": [entity("1"), None]}
    assert [error["path"] for error in answer["errors"]] == [["_entities", 1]]
    assert given[1] is not None  # the subgraph's answer may be shared


async def test_entities_in_another_order_are_all_refused() -> None:
    answer, _ = await answered([entity("2"), entity("1")])
    assert answer["data"] == {"_entities": [None, None]}


@pytest.mark.parametrize("owned", [True, False])
async def test_what_was_asked_for_besides_is_taken_out_of_an_answer_of_ours(owned: bool) -> None:
    given = {"data": {"_entities": [entity("1"), None, entity("2")]}}

    async def fixed(request: SubgraphRequest) -> Mapping[str, Any]:
        return Owned(given) if owned else given

    transport = VerifyingTransport(LocalTransport(fixed), {"P": ("id", "sku")})
    variables = {"representations": [ASKED[0], ASKED[0], ASKED[1]]}
    request = SubgraphRequest(DOCUMENT, variables, "query", RequestContext("request-1"))
    answer = await transport.execute(request)
    assert isinstance(answer, Owned) is owned
    besides = [{"name": "n"}, None, {"name": "n"}]
    assert answer["data"] == {
        "_entities": besides if owned else [entity("1"), None, entity("2")],
    }
    assert given == answer
    variables["representations"].reverse()
    given["data"]["_entities"] = [entity("1"), entity("1"), entity("1")]
    assert (await transport.execute(request))["data"]["_entities"][0] is None
