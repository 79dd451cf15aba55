"""Tax classes: what the product agent says of a product and the order agent has rates for."""

from enum import StrEnum, auto


class TaxClass(StrEnum):
    """How a product is taxed; the rate comes from the order agent, by destination."""

    STANDARD = auto()
    REDUCED = auto()
    ZERO = auto()
