"""What the Federation 1 upgrade would hide: it turns every extension into a definition."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import ROOT_TYPE_NAMES, Kind
from gateway.composition.subgraph.model import Subgraph


def check_federation_1_bases(subgraphs: Sequence[Subgraph], report: Report) -> None:
    """EXTENSION_WITH_NO_BASE and INTERFACE_OBJECT_USAGE_ERROR, where Federation 1 is involved."""
    for name in dict.fromkeys(name for s in subgraphs for name in s.types):
        having = [s for s in subgraphs if name in s.types]
        old = [s for s in having if s.federation_1]
        if not old:
            continue
        if name not in ROOT_TYPE_NAMES and all(s.types[name].is_extension for s in having):
            report.error(
                ErrorCode.EXTENSION_WITH_NO_BASE,
                [s.name for s in having],
                name,
                "the type is only extended, and no subgraph defines it: define it in one of them",
            )
        if any(name in s.interface_objects for s in having):
            _check_interface_keys(name, old, report)


def _check_interface_keys(name: str, old: Sequence[Subgraph], report: Report) -> None:
    """Federation 1 has no interface keys, so it cannot answer for an interface object."""
    for subgraph in old:
        found = subgraph.types[name]
        if found.kind is Kind.INTERFACE and found.keys:
            report.error(
                ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                subgraph.name,
                name,
                "it is an @interfaceObject elsewhere, but the @key of a Federation 1 interface "
                "does not count: link federation v2.3 or newer here, or remove the key",
            )
