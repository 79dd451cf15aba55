"""The rules that a single subgraph must keep, whatever the others say."""

from collections.abc import Sequence

from gateway.composition.errors import Report
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph_rules.cost import check_list_sizes
from gateway.composition.subgraph_rules.definitions import check_definitions
from gateway.composition.subgraph_rules.externals import check_externals
from gateway.composition.subgraph_rules.field_sets import check_field_sets
from gateway.composition.subgraph_rules.fields import check_fields
from gateway.composition.subgraph_rules.interfaces import check_interfaces
from gateway.composition.subgraph_rules.unsupported import check_unsupported

_RULES = (
    check_unsupported,
    check_definitions,
    check_interfaces,
    check_fields,
    check_externals,
    check_field_sets,
    check_list_sizes,
)


def check_subgraphs(subgraphs: Sequence[Subgraph], report: Report) -> None:
    """Reports everything that is wrong within one subgraph."""
    for subgraph in subgraphs:
        for rule in _RULES:
            rule(subgraph, report)
