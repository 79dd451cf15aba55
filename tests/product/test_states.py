"""Every state by every mutation that walks: only the edges of `states.py` succeed."""

import pytest

from models.product import ProductStatus, ProductVariantStatus
from subgraphs.kit.types import camel
from subgraphs.product.schema import schema
from subgraphs.product.states import PRODUCT, VARIANT
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.product.catalog import Catalog

TARGETS = {
    "publishProduct": ProductStatus.ACTIVE,
    "pauseProduct": ProductStatus.PAUSED,
    "archiveProduct": ProductStatus.ARCHIVED,
}
REFUSAL = "errors { code ... on InvalidTransitionError { from to allowed } }"


def test_every_walker_is_a_mutation_and_is_tried_here() -> None:
    offered = {camel(mutation.name) for mutation in schema.mutations}
    walkers = {by for machine in (PRODUCT, VARIANT) for _, _, by in machine.walks()}
    assert walkers <= offered
    assert walkers == {*TARGETS, "archiveProductVariant"}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("state", ProductStatus, ids=lambda state: str(state.name))
async def test_products(state: ProductStatus, name: str, ask: Ask, catalog: Catalog) -> None:
    product, _ = await catalog.shirt(state)
    before = await catalog.rows()
    kind = name[0].upper() + name[1:]
    document = f"""mutation($input: {kind}Input!) {{ {name}(input: $input) {{
        product {{ status allowedTransitions }} {REFUSAL} }} }}"""
    answer = (await ask(document, ADMIN, input={"productId": product}))[name]
    target = TARGETS[name]
    if (state, target, name) in list(PRODUCT.walks()):
        allowed = [each.name for each in PRODUCT.allowed(target)]
        assert answer == {
            "product": {"status": target.name, "allowedTransitions": allowed},
            "errors": [],
        }
    else:
        error = {
            "code": "INVALID_TRANSITION",
            "from": state.name,
            "to": target.name,
            "allowed": [each.name for each in PRODUCT.allowed(state)],
        }
        assert answer == {"product": None, "errors": [error]}
        assert await catalog.rows() == before


@pytest.mark.parametrize("state", ProductVariantStatus, ids=lambda state: str(state.name))
async def test_variants(state: ProductVariantStatus, ask: Ask, catalog: Catalog) -> None:
    variant = await catalog.variant(await catalog.product(), "MUG", status=state)
    before = await catalog.rows()
    document = f"""mutation($id: ID!) {{ archiveProductVariant(input: {{variantId: $id}}) {{
        productVariant {{ status allowedTransitions }} {REFUSAL} }} }}"""
    answer = (await ask(document, ADMIN, id=variant))["archiveProductVariant"]
    if state is ProductVariantStatus.ACTIVE:
        assert answer["productVariant"] == {"status": "ARCHIVED", "allowedTransitions": []}
        assert answer["errors"] == []
    else:
        error = {
            "code": "INVALID_TRANSITION",
            "from": "ARCHIVED",
            "to": "ARCHIVED",
            "allowed": [],
        }
        assert answer == {"productVariant": None, "errors": [error]}
        assert await catalog.rows() == before
