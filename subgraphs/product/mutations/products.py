"""Mutations of products."""

import strawberry

from models.tax import TaxClass
from subgraphs.kit import ID, Info, Maybe, UnitOfWork, input, length, line, mutation
from subgraphs.product import policy
from subgraphs.product.errors import ArchivedError, NotPublishableError, SlugTakenError
from subgraphs.product.options import (
    ProductAttributeInput,
    checked_attributes,
    checked_slug,
    not_null,
)
from subgraphs.product.service import products as service
from subgraphs.product.service.products import ProductChanges
from subgraphs.product.types import Product

LONGEST_NAME = 200
LONGEST_BRAND = 120
LONGEST_DESCRIPTION = 10_000


@input
class CreateProductInput:
    name: str
    slug: str | None = None
    description: str = ""
    brand: str | None = None
    tax_class: TaxClass = TaxClass.STANDARD
    category_id: ID | None = None
    attributes: list[ProductAttributeInput] = strawberry.field(default_factory=list)
    idempotency_key: str | None = None


@mutation(policy.WRITE, SlugTakenError)
async def create_product(info: Info, work: UnitOfWork, input: CreateProductInput) -> Product:
    """A draft, which nobody sees before it is published."""
    changes = ProductChanges(
        name=line(input.name, LONGEST_NAME, "name"),
        slug=None if input.slug is None else checked_slug(input.slug, "slug"),
        description=_prose(input.description),
        brand=_brand(input.brand),
        tax_class=input.tax_class,
        category_id=input.category_id,
        attribute_pairs=checked_attributes(input.attributes, "attributes"),
    )
    return await service.create(work, changes)


@input
class UpdateProductInput:
    """What is left out stays as it is; null takes a value away."""

    product_id: ID
    name: Maybe[str | None]
    slug: Maybe[str | None]
    description: Maybe[str | None]
    brand: Maybe[str | None]
    tax_class: Maybe[TaxClass | None]
    category_id: Maybe[ID | None]
    attributes: Maybe[list[ProductAttributeInput] | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE, SlugTakenError, ArchivedError)
async def update_product(info: Info, work: UnitOfWork, input: UpdateProductInput) -> Product:
    changes = ProductChanges()
    if input.name:
        changes["name"] = line(not_null(input.name.value, "name"), LONGEST_NAME, "name")
    if input.slug:
        slug = input.slug.value
        changes["slug"] = None if slug is None else checked_slug(slug, "slug")
    if input.description:
        changes["description"] = _prose(not_null(input.description.value, "description"))
    if input.brand:
        changes["brand"] = _brand(input.brand.value)
    if input.tax_class:
        changes["tax_class"] = not_null(input.tax_class.value, "taxClass")
    if input.category_id:
        changes["category_id"] = input.category_id.value
    if input.attributes:
        changes["attribute_pairs"] = checked_attributes(
            not_null(input.attributes.value, "attributes"), "attributes"
        )
    return await service.update(work, input.product_id, changes, input.expected_version)


@input
class PublishProductInput:
    product_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE, NotPublishableError)
async def publish_product(info: Info, work: UnitOfWork, input: PublishProductInput) -> Product:
    """Put a draft, or a paused product, on sale."""
    return await service.publish(work, input.product_id, input.expected_version)


@input
class PauseProductInput:
    product_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def pause_product(info: Info, work: UnitOfWork, input: PauseProductInput) -> Product:
    """Take it off sale for a while; `publishProduct` resumes."""
    return await service.pause(work, input.product_id, input.expected_version)


@input
class ArchiveProductInput:
    product_id: ID
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def archive_product(info: Info, work: UnitOfWork, input: ArchiveProductInput) -> Product:
    """For good, with all its variants."""
    return await service.archive(work, input.product_id, input.expected_version)


def _brand(brand: str | None) -> str | None:
    return None if brand is None else line(brand, LONGEST_BRAND, "brand")


def _prose(description: str) -> str:
    """May be empty."""
    return description.strip() and length(description, LONGEST_DESCRIPTION, "description")
