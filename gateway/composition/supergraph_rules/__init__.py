"""The rules of the merged schema; checked only where the merge itself went well."""

from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.supergraph_rules.authorization import apply_authorization
from gateway.composition.supergraph_rules.defaults import check_defaults
from gateway.composition.supergraph_rules.inaccessible import check_inaccessible
from gateway.composition.supergraph_rules.interfaces import check_interfaces


def check_supergraph(supergraph: Supergraph) -> None:
    """Reports what is wrong with the whole, and completes its authorization requirements."""
    check_interfaces(supergraph)
    check_inaccessible(supergraph)
    check_defaults(supergraph)
    apply_authorization(supergraph)
