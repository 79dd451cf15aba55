"""Fixtures of the product agent's tests."""

import pytest

from models.database import Database
from tests.product.catalog import Catalog


@pytest.fixture
def catalog(db: Database) -> Catalog:
    return Catalog(db)
