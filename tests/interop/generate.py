"""Writes `generated.json`: operations over the example shop that nobody chose by hand.

`python -m tests.interop.generate`, when the schema has changed so that `test_corpus` says so.
"""

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    GraphQLSchema,
    IntValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    validate,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from gateway.gateway import Gateway
from gateway.policy.limits import Limits
from gateway.transport.http import HttpTransport
from models.migrations.run import AGENTS
from souk.seed.chance import EPOCH
from tests.interop.corpus import CALLERS, GENERATED, SUPERGRAPH
from tests.workflows.operations import COAT, CONFIRMED, DRAFT, FULL, SHIPPED, SHIRT, STRANGER

_OF_EACH_ROOT: Final = 8
_EXAMPLES: Final = 150
_LONGEST: Final = 1_500
_SCALARS: Final = {
    "CurrencyCode": st.sampled_from(["EUR", "USD", "GBP"]).map(nodes.String),
    "DateTime": st.just(EPOCH.isoformat().replace("+00:00", "Z")).map(nodes.String),
    "Decimal": st.just("1.50").map(nodes.String),
}
_IDS: Final = {
    "Customer": (SHIPPED.customer.id, DRAFT.customer.id, STRANGER.id),
    "Order": (SHIPPED.id, CONFIRMED.id, DRAFT.id),
    "Product": (SHIRT.id, COAT.id),
    "ProductVariant": (SHIRT.variants[0].id, FULL.variant_id),
    "Category": (SHIRT.category_id, COAT.category_id),
}
_VALUES: Final = {
    "variantId": (SHIRT.variants[0].id, FULL.variant_id),
    "variantIds": (SHIRT.variants[0].id, FULL.variant_id),
    "customerId": (SHIPPED.customer.id, STRANGER.id),
    "sku": (SHIRT.variants[0].sku, COAT.variants[0].sku),
    "number": (f"SO-{100_000 + SHIPPED.number}", f"SO-{100_000 + CONFIRMED.number}"),
}
_NEVER: Final = {"where", "search", "category", "after", "warehouseIds", "country", "at"}
"""What a generated value would only make lists empty with."""


class _OfTheShop(Visitor):
    """Gives arguments values that the example shop has something for."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self._turns: dict[str, Iterator[Any]] = {}

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        name = node.name.value
        field = self._types.get_field_def()
        of = get_named_type(field.type).name if field is not None else ""
        if name in _NEVER:
            return REMOVE
        if name == "first":
            value = str(self._next("first", tuple(range(1, 5))))
            return ArgumentNode(name=node.name, value=IntValueNode(value=value))
        values = _IDS.get(of) if name == "id" else _VALUES.get(name)
        if values is None:
            return None
        return ArgumentNode(name=node.name, value=StringValueNode(value=self._next(of, values)))

    def _next(self, name: str, values: tuple[Any, ...]) -> Any:
        return next(self._turns.setdefault(name, cycle(values)))


class _Bare(Visitor):
    """Without arguments: what of two operations differs only in those is the same."""

    def enter_argument(self, *_: Any) -> Any:
        return REMOVE


def main() -> None:
    sdl = SUPERGRAPH.read_text()
    gateway = Gateway(sdl, {name: HttpTransport("http://nowhere") for name in AGENTS})
    schema = gateway.schema
    assert schema.query_type is not None
    roots = sorted(schema.query_type.fields)
    written: list[dict[str, str]] = []
    callers = cycle(CALLERS)
    for place, root in enumerate(roots):
        beside = roots[(place * 7 + 3) % len(roots)]
        found = _operations(schema, sorted({root, beside}))
        # What needs the most subgraph requests says the most about a gateway.
        found.sort(key=lambda text: (-len(list(gateway.plan(text).requests)), text))
        kept = found[: _OF_EACH_ROOT - 2] + found[-2:]
        written += [{"caller": next(callers), "document": text} for text in kept]
    GENERATED.write_text(json.dumps(written, indent=1) + "\n")


def _operations(schema: GraphQLSchema, roots: list[str]) -> list[str]:
    """Valid ones over these root fields, each of another shape."""
    found: dict[str, str] = {}
    strategy = queries(schema, fields=roots, custom_scalars=_SCALARS, allow_x00=False)

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(text: object) -> None:
        types = TypeInfo(schema)
        document = visit(parse(str(text)), TypeInfoVisitor(types, _OfTheShop(types)))
        if isinstance(document, DocumentNode) and _usable(schema, document):
            shape = print_ast(visit(document, _Bare()))
            found.setdefault(shape, print_ast(document))

    collect()
    return list(found.values())


def _usable(schema: GraphQLSchema, document: DocumentNode) -> bool:
    if len(print_ast(document)) > _LONGEST:
        return False
    return not validate(schema, document) and not Limits().check(document)


if __name__ == "__main__":
    main()
