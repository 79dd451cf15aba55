"""The example shop: the same on every machine, given once to a database that has none."""

from souk.seed.shop import PARTS, seed

__all__ = ["PARTS", "seed"]
