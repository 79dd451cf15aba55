"""`@interfaceObject`: fields that a subgraph adds to every implementation of an interface."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.sharing import check_sharing
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph


def check_interface_objects(supergraph: Supergraph) -> None:
    """INTERFACE_OBJECT_USAGE_ERROR: the interface must exist, its implementations elsewhere."""
    for name in supergraph.kinds:
        holders = _holders(supergraph, name)
        if not holders:
            continue
        if not any(name in s.types and s not in holders for s in supergraph.subgraphs):
            supergraph.report.error(
                ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                [s.name for s in holders],
                name,
                "it is an @interfaceObject, but no subgraph defines the interface: define it",
            )
        for holder in holders:
            for implementation in supergraph.implementations.get(name, ()):
                if implementation in holder.types:
                    supergraph.report.error(
                        ErrorCode.INTERFACE_OBJECT_USAGE_ERROR,
                        holder.name,
                        implementation,
                        f"it implements {name}, which is an @interfaceObject in this subgraph "
                        "and stands for all implementations: remove the type here",
                    )


def copy_interface_object_fields(supergraph: Supergraph) -> None:
    """Without the copies, `... on Implementation { field }` would not be valid."""
    interfaces = [t for t in supergraph.types.values() if t.kind is Kind.INTERFACE]
    for interface in interfaces:
        added = dict.fromkeys(
            field
            for holder in _holders(supergraph, interface.name)
            for field in holder.types[interface.name].fields
        )
        for field_name in added:
            field = interface.fields.get(field_name)
            if field is not None:
                _copy(supergraph, interface, field)


def _copy(supergraph: Supergraph, interface: TypeDef, field: OutputField) -> None:
    for found in supergraph.types.values():
        if interface.name not in found.interfaces or field.name in found.fields:
            continue
        found.fields[field.name] = OutputField(
            name=field.name,
            description=field.description,
            directives=list(field.directives),
            type=field.type,
            arguments=field.arguments,
        )
        if found.kind is Kind.OBJECT:
            supergraph.copied.add((found.name, field.name))
            check_sharing(supergraph, found, field.name)


def _holders(supergraph: Supergraph, name: str) -> list[Subgraph]:
    return [s for s in supergraph.subgraphs if name in s.interface_objects]
