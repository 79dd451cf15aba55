"""Composition: subgraph SDL in, supergraph SDL or errors out.

Source of the rules: https://specs.apollo.dev/federation/v2.12.
"""

from gateway.composition.compose import Composition, compose
from gateway.composition.errors import CompositionError, ErrorCode, Hint, HintCode
from gateway.composition.subgraph.load import SubgraphSource

__all__ = [
    "Composition",
    "CompositionError",
    "ErrorCode",
    "Hint",
    "HintCode",
    "SubgraphSource",
    "compose",
]
