"""Every mutation by every kind of caller; what each operation's rule says."""

from typing import Any

import pytest

from models.product import ProductStatus
from subgraphs.kit import Principal
from subgraphs.product.schema import schema
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, service, writer
from tests.conftest import Ask
from tests.product.catalog import Catalog

ANYONE, PUBLISHED = "anyone", "anyone (published), staff product:read"
WRITE, APPROVE = "staff product:write", "staff product:approve"
RULES = {
    "Product": PUBLISHED,
    "ProductVariant": PUBLISHED,
    "Category": ANYONE,
    "Query.product": PUBLISHED,
    "Query.products": PUBLISHED,
    "Query.productVariant": PUBLISHED,
    "Query.productVariants": PUBLISHED,
    "Query.productVariantBySku": PUBLISHED,
    "Query.category": ANYONE,
    "Query.categories": ANYONE,
    "Query.productCustomerData": "service, admin",
    "Mutation.createProduct": WRITE,
    "Mutation.updateProduct": WRITE,
    "Mutation.publishProduct": APPROVE,
    "Mutation.pauseProduct": APPROVE,
    "Mutation.archiveProduct": APPROVE,
    "Mutation.createProductVariant": WRITE,
    "Mutation.updateProductVariant": WRITE,
    "Mutation.archiveProductVariant": APPROVE,
    "Mutation.bulkUpsertProductVariants": WRITE,
    "Mutation.setPrice": APPROVE,
    "Mutation.upsertCategory": WRITE,
    "Subscription.productChanged": PUBLISHED,
    "Product.variants": PUBLISHED,
    "Product.category": ANYONE,
    "ProductVariant.product": PUBLISHED,
    "ProductVariant.price": PUBLISHED,
    "ProductVariant.prices": PUBLISHED,
    "Category.parent": ANYONE,
    "Category.children": ANYONE,
    "Category.path": ANYONE,
    "Category.products": PUBLISHED,
}
WRITES = [name.split(".")[1] for name, rule in RULES.items() if rule == WRITE]
APPROVALS = [name.split(".")[1] for name, rule in RULES.items() if rule == APPROVE]
PRICE = {"amount": "1", "currencyCode": "EUR"}


def test_the_rules_are_those_of_the_access_table() -> None:
    assert schema.rules() == RULES


async def _input(mutation: str, catalog: Catalog) -> dict[str, Any]:
    product, variant = await catalog.shirt(
        ProductStatus.DRAFT if mutation == "publishProduct" else ProductStatus.ACTIVE
    )
    inputs: dict[str, dict[str, Any]] = {
        "createProduct": {"name": "Mug"},
        "updateProduct": {"productId": product, "name": "Mug"},
        "createProductVariant": {"productId": product, "sku": "NEW"},
        "updateProductVariant": {"variantId": variant, "name": "Mug"},
        "archiveProductVariant": {"variantId": variant},
        "bulkUpsertProductVariants": {
            "rows": [{"sku": "NEW", "productId": product}],
            "idempotencyKey": "k",
        },
        "setPrice": {"variantId": variant, "price": PRICE},
        "upsertCategory": {"name": "Cups"},
    }
    return inputs.get(mutation, {"productId": product})


async def _codes(ask: Ask, mutation: str, principal: Principal, input: dict[str, Any]) -> Any:
    kind = mutation[0].upper() + mutation[1:]
    document = f"mutation($i: {kind}Input!) {{ {mutation}(input: $i) {{ errors {{ code }} }} }}"
    answer = await ask(document, principal, i=input)
    return [error["code"] for error in answer[mutation]["errors"]]


@pytest.mark.parametrize("mutation", WRITES + APPROVALS)
async def test_who_may_not(mutation: str, ask: Ask, catalog: Catalog) -> None:
    input = await _input(mutation, catalog)
    before = await catalog.rows()
    wrong_scope = approver("product") if mutation in WRITES else writer("product")
    for principal in (
        ANONYMOUS,
        customer("cus_ANNA"),
        reader("product"),
        wrong_scope,
        writer("order"),
        approver("order"),
        service("order", "product", "errors"),
    ):
        assert await _codes(ask, mutation, principal, input) == ["FORBIDDEN"], principal
    assert await catalog.rows() == before


@pytest.mark.parametrize("who", ["staff", "admin", "service"])
@pytest.mark.parametrize("mutation", WRITES + APPROVALS)
async def test_who_may(mutation: str, who: str, ask: Ask, catalog: Catalog) -> None:
    input = await _input(mutation, catalog)
    before = await catalog.rows()
    principal = {
        "staff": writer("product") if mutation in WRITES else approver("product"),
        "admin": ADMIN,
        "service": service("marketplace", mutation),
    }[who]
    assert await _codes(ask, mutation, principal, input) == []
    assert await catalog.rows() != before


async def test_a_service_reads_what_its_documents_name(ask: Ask, catalog: Catalog) -> None:
    await catalog.shirt()
    document = "{ products { edges { node { name } } } }"
    [error] = await ask(document, service("order", "productVariants"), errors=True)
    assert error["extensions"]["code"] == "FORBIDDEN"
    data = await ask(document, service("order", "products"))
    assert len(data["products"]["edges"]) == 1
