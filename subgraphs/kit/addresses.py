"""Postal addresses as every subgraph shows and takes them."""

from dataclasses import fields

from models.address import COUNTRIES, PostalAddress
from subgraphs.kit.checks import invalid, line
from subgraphs.kit.types import input, shared

LONGEST = 200

shared(PostalAddress)


@input
class PostalAddressInput:
    """Where somebody lives or receives parcels; `country` is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    line2: str | None = None
    postal_code: str
    city: str
    region: str | None = None
    country: str
    phone: str | None = None

    def address(self, *path: str) -> PostalAddress:
        """Checked; an empty optional part is left out."""
        if self.country not in COUNTRIES:
            raise invalid("Not an ISO 3166-1 alpha-2 country.", *path, "country")
        optional = {"line2", "region", "phone"}
        given = {
            field.name: line(value, LONGEST, *path, field.name)
            for field in fields(PostalAddress)
            if (value := getattr(self, field.name)) is not None
            and not (field.name in optional and not value.strip())
        }
        return PostalAddress(**given)
