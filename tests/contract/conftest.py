"""The example shop, which is made where the workflows are tested, for requests that are made up."""

from tests.workflows.conftest import fresh, key, template

__all__ = ["fresh", "key", "template"]
