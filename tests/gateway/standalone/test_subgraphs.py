"""What a supergraph says of its subgraphs."""

import pytest
from graphql import GraphQLError

from gateway.standalone.subgraphs import describe

SUPERGRAPH = """
scalar Stamp
enum join__Graph {
  A @join__graph(name: "a", url: "http://a.test")
  B @join__graph(name: "b", url: "")
}
type T
  @join__type(graph: A, key: "id")
  @join__type(graph: A, key: "sku part { id } stamp")
  @join__type(graph: B, key: "id")
  @join__type(graph: B, key: "sku", resolvable: false)
{
  id: ID! @join__field(graph: A) @join__field(graph: B)
  sku: String
  stamp: Stamp!
  part: Part
}
type Part @join__type(graph: A, key: "number", extension: true) {
  number: Int! @join__field(graph: A, external: true)
}
interface I @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! }
type Value @join__type(graph: A) { x: Int }
"""


def test_urls_and_what_identifies_entities() -> None:
    described = describe(SUPERGRAPH)
    assert {name: each.url for name, each in described.items()} == {"a": "http://a.test", "b": ""}
    assert described["a"].identities == {"T": ("id", "sku"), "Part": ()}
    assert described["b"].identities == {"T": ("id",)}


def test_no_sdl() -> None:
    with pytest.raises(GraphQLError):
        describe("type {")
