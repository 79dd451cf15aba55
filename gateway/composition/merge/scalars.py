"""Merges scalars."""

from gateway.composition.merge.heads import merge_head
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import TypeDef


def merge_scalar(supergraph: Supergraph, name: str) -> TypeDef:
    """A scalar is its name, with description and directives."""
    return merge_head(supergraph, name)
