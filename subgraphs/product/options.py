"""How SKUs, options, attributes and slugs are written: checked, and made comparable."""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from subgraphs.kit import input, invalid, line
from subgraphs.product.types import Pairs

T = TypeVar("T")
SKU = re.compile(r"[A-Z0-9]([A-Z0-9._/-]{0,62}[A-Z0-9])?")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 120
LONGEST_NAME = 60
LONGEST_VALUE = 200
MOST_OPTIONS = 5
MOST_ATTRIBUTES = 50


@input
class ProductAttributeInput:
    name: str
    value: str


@input
class ProductVariantOptionInput:
    name: str
    value: str


def not_null(value: T | None, *path: str | int) -> T:
    """`value`, where an update may leave a field out, but not take its value away."""
    if value is None:
        raise invalid("May be left out, but must not be null.", *path)
    return value


def normal_sku(sku: str) -> str:
    """The form in which SKUs are stored and compared: `ab-1 ` is `AB-1`."""
    return sku.strip().upper()


def checked_sku(sku: str, *path: str | int) -> str:
    normal = normal_sku(sku)
    if SKU.fullmatch(normal) is None:
        message = "A SKU has 1 to 64 letters, digits and . _ / - between them."
        raise invalid(message, *path)
    return normal


def checked_slug(slug: str, *path: str | int) -> str:
    slug = slug.strip()
    if len(slug) > LONGEST_SLUG or SLUG.fullmatch(slug) is None:
        message = f"A slug has up to {LONGEST_SLUG} small letters and digits, joined by hyphens."
        raise invalid(message, *path)
    return slug


def slug_of(name: str) -> str:
    """`Café & Tea` is `cafe-tea`; empty where the name has no Latin letter and no digit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-")


def checked_options(options: Sequence[ProductVariantOptionInput], *path: str | int) -> Pairs:
    return _pairs(options, MOST_OPTIONS, *path)


def checked_attributes(attributes: Sequence[ProductAttributeInput], *path: str | int) -> Pairs:
    return _pairs(attributes, MOST_ATTRIBUTES, *path)


def options_key(options: Pairs) -> str:
    """Equal for the same options in whatever order and case."""
    return json.dumps(sorted([name.casefold(), value.casefold()] for name, value in options))


def _pairs(
    given: Sequence[ProductVariantOptionInput | ProductAttributeInput], most: int, *path: str | int
) -> Pairs:
    if len(given) > most:
        raise invalid(f"At most {most}.", *path)
    pairs: list[list[str]] = []
    names: set[str] = set()
    for place, pair in enumerate(given):
        name = line(pair.name, LONGEST_NAME, *path, place, "name")
        if name.casefold() in names:
            raise invalid("This name stands there twice.", *path, place, "name")
        names.add(name.casefold())
        pairs.append([name, line(pair.value, LONGEST_VALUE, *path, place, "value")])
    return pairs
