"""Authorization requirements of interfaces, and of fields that depend on protected ones."""

from collections.abc import Iterable, Iterator, Mapping

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.requirements import (
    Requirement,
    applied_requirement,
    both,
    implies,
    requirement,
)
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Element, Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import AUTHORIZATION_DIRECTIVES
from gateway.spec.field_set import FieldSet, FragmentSelection

_Needs = Mapping[str, Requirement]
"""What each authorization directive asks for."""


def apply_authorization(supergraph: Supergraph) -> None:
    """Completes interfaces; MISSING_TRANSITIVE_AUTH_REQUIREMENTS."""
    carried = {d.name for d in supergraph.carried() if d.federation}
    if carried.isdisjoint(AUTHORIZATION_DIRECTIVES):
        return
    for found in supergraph.types.values():
        if found.kind is Kind.INTERFACE:
            _complete_interface(supergraph, found)
    for subgraph in supergraph.subgraphs:
        for owner in subgraph.types.values():
            for field in owner.fields.values():
                if field.has("requires"):
                    _check_required(supergraph, subgraph, owner.name, field)


def _complete_interface(supergraph: Supergraph, interface: TypeDef) -> None:
    """Who reads through an interface needs what any of its implementations needs."""
    implementations = [
        supergraph.types[name]
        for name in sorted(supergraph.implementations.get(interface.name, ()))
        if name in supergraph.types
    ]
    _strengthen(interface, implementations)
    for field in interface.fields.values():
        _strengthen(
            field, [t.fields[field.name] for t in implementations if field.name in t.fields]
        )


def _strengthen(element: Element, others: Iterable[Element]) -> None:
    needs = _needs(element, *others)
    for directive, needed in needs.items():
        element.drop(directive)
        element.directives.append(applied_requirement(directive, needed))


def _needs(*elements: Element | None) -> dict[str, Requirement]:
    """What must be met to read all of these."""
    needs: dict[str, Requirement] = {}
    for directive in AUTHORIZATION_DIRECTIVES:
        asked = [
            requirement(applied)
            for element in elements
            if element is not None
            for applied in element.applied(directive)
        ]
        if asked:
            needs[directive] = both(asked)
    return needs


def _check_required(
    supergraph: Supergraph, subgraph: Subgraph, owner_name: str, field: OutputField
) -> None:
    """A field computed from a protected one would leak it to callers who may not read that."""
    owner = supergraph.types[owner_name]
    mine = _needs(owner, owner.fields[field.name])
    for applied in field.applied("requires"):
        for coordinate, needs in _required_needs(supergraph, owner_name, applied.field_set):
            for directive, needed in needs.items():
                if directive not in mine or not implies(mine[directive], needed):
                    supergraph.report.error(
                        ErrorCode.MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
                        subgraph.name,
                        f"{owner_name}.{field.name}",
                        f"it requires {coordinate}, which @{directive} protects: put at least "
                        f"that requirement on {owner_name}.{field.name} too",
                    )


def _required_needs(
    supergraph: Supergraph, type_name: str, selections: FieldSet
) -> Iterator[tuple[str, _Needs]]:
    """What each field that a `@requires` selects needs, of whatever type the object may be."""
    for selection in selections:
        if isinstance(selection, FragmentSelection):
            yield from _required_needs(supergraph, selection.type_condition, selection.selections)
            continue
        owner = supergraph.types.get(type_name)
        field = owner.fields.get(selection.name) if owner else None
        if owner is None or field is None:
            continue
        target = supergraph.types.get(field.type.named)
        yield f"{type_name}.{field.name}", _needs(field, target)
        if owner.kind is Kind.INTERFACE:
            for name in supergraph.implementations.get(type_name, ()):
                found = supergraph.types.get(name)
                if found is not None:
                    needs = _needs(found.fields.get(field.name), found, target)
                    yield f"{name}.{field.name}", needs
        yield from _required_needs(supergraph, field.type.named, selection.selections)
