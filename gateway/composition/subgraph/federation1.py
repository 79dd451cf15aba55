"""Upgrades Federation 1 subgraphs to the rules of Federation 2, in place.

The steps run in order over all of them, because each creates work for the next.
"""

from collections.abc import Iterator, Sequence

from graphql import EnumValueNode, ListValueNode, StringValueNode

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import ROOT_TYPE_NAMES, Applied, Element, Kind, TypeDef
from gateway.composition.subgraph.field_usage import field_usage, key_fields, own_key_fields
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.field_set import (
    FieldSelection,
    FieldSet,
    FragmentSelection,
    InvalidFieldSet,
    Selection,
    print_field_set,
)


def upgrade_federation_1(subgraphs: Sequence[Subgraph], report: Report) -> None:
    """Rewrites the Federation 1 subgraphs among these, and takes the field usage of all."""
    old = [s for s in subgraphs if s.federation_1]
    for subgraph in old:
        _repair_field_arguments(subgraph)
        _drop_misplaced(subgraph)
    for subgraph in old:
        _own_extension_keys(subgraph, subgraphs)
    for subgraph in old:
        _prune_field_sets(subgraph)
        _define_extensions(subgraph)
    for subgraph in subgraphs:
        subgraph.usage = field_usage(subgraph)
    for subgraph in old:
        _drop_unused_externals(subgraph, report)
        subgraph.usage = field_usage(subgraph)
    _add_shareable(old, subgraphs)
    for subgraph in old:
        _drop_repeated_tags(subgraph, subgraphs)


def _repair_field_arguments(subgraph: Subgraph) -> None:
    """`fields: id` and `fields: ["id", "name"]` were taken for strings."""
    for found in subgraph.types.values():
        for element in (found, *found.fields.values()):
            element.directives = [_repaired(applied) for applied in element.directives]


def _repaired(applied: Applied) -> Applied:
    value = applied.arguments.get("fields")
    if not applied.federation or value is None:
        return applied
    if isinstance(value, EnumValueNode):
        return applied.with_arguments(fields=StringValueNode(value=value.value))
    if isinstance(value, ListValueNode):
        text = " ".join(
            item.value for item in value.values if isinstance(item, StringValueNode | EnumValueNode)
        )
        return applied.with_arguments(fields=StringValueNode(value=text))
    return applied


def _drop_misplaced(subgraph: Subgraph) -> None:
    """`@external` on types and interfaces and `@key` on interfaces had no meaning."""
    for found in subgraph.types.values():
        found.drop("external")
        found.external_fields = set()
        if found.kind is Kind.INTERFACE:
            found.drop("key")
            for field in found.fields.values():
                field.drop("external")


def _own_extension_keys(subgraph: Subgraph, subgraphs: Sequence[Subgraph]) -> None:
    """Key fields of an extension are its own, also where only the other subgraphs have keys."""
    for found in subgraph.types.values():
        if not (found.kind is Kind.OBJECT and found.is_extension):
            continue
        if found.name in ROOT_TYPE_NAMES:
            continue
        sources = [subgraph] if found.keys else _others_with(found.name, subgraph, subgraphs)
        owned = {name for source in sources for name in own_key_fields(source, found.name)}
        for field in found.fields.values():
            if field.name in owned:
                field.drop("external")


def _others_with(
    type_name: str, subgraph: Subgraph, subgraphs: Sequence[Subgraph]
) -> list[Subgraph]:
    return [s for s in subgraphs if s is not subgraph and type_name in s.types]


def _prune_field_sets(subgraph: Subgraph) -> None:
    """Drops `@provides` on leaves, and from field sets what is not external."""
    for found in subgraph.types.values():
        for field in found.fields.values():
            kind = subgraph.kind(field.type.named)
            if kind is None or not kind.composite:
                field.drop("provides")
            field.directives = list(_pruned_directives(subgraph, found, field.type.named, field))


def _pruned_directives(
    subgraph: Subgraph, owner: TypeDef, field_type: str, field: Element
) -> Iterator[Applied]:
    for applied in field.directives:
        if not applied.federation or applied.name not in ("requires", "provides"):
            yield applied
            continue
        selects_on = owner.name if applied.name == "requires" else field_type
        try:
            selections = applied.field_set
        except InvalidFieldSet:
            yield applied
            continue
        kept = _external_part(subgraph, selects_on, selections)
        if kept == selections:
            yield applied
        elif kept:
            yield applied.with_arguments(fields=StringValueNode(value=print_field_set(kept)))


def _external_part(subgraph: Subgraph, type_name: str, selections: FieldSet) -> FieldSet:
    kept = (_external_selection(subgraph, type_name, s) for s in selections)
    return tuple(s for s in kept if s is not None)


def _external_selection(
    subgraph: Subgraph, type_name: str, selection: Selection
) -> Selection | None:
    if isinstance(selection, FragmentSelection):
        inner = _external_part(subgraph, selection.type_condition, selection.selections)
        return FragmentSelection(selection.type_condition, inner) if inner else None
    owner = subgraph.types.get(type_name)
    field = owner.fields.get(selection.name) if owner else None
    if owner is None or field is None:
        return selection  # a rule of its own reports the unknown field
    external = field.has("external") or _external_on_implementation(subgraph, owner, field.name)
    inner = selection.selections
    if inner and not external:
        inner = _external_part(subgraph, field.type.named, inner)
    kind = subgraph.kind(field.type.named)
    if kind is not None and kind.composite and not inner:
        return None
    if not external and not inner:
        return None
    return FieldSelection(selection.name, inner, selection.arguments)


def _external_on_implementation(subgraph: Subgraph, owner: TypeDef, field: str) -> bool:
    return owner.kind is Kind.INTERFACE and any(
        subgraph.types[name].fields[field].has("external")
        for name in subgraph.possible_types(owner.name)
        if subgraph.has_field(name, field)
    )


def _define_extensions(subgraph: Subgraph) -> None:
    for found in subgraph.types.values():
        found.was_extension = not found.defined and found.name not in ROOT_TYPE_NAMES
        found.defined = True


def _drop_unused_externals(subgraph: Subgraph, report: Report) -> None:
    for found in list(subgraph.types.values()):
        if found.kind is not Kind.OBJECT:
            continue
        for field in list(found.fields.values()):
            field_id = (found.name, field.name)
            if (
                field_id in subgraph.usage.external
                and field_id not in subgraph.usage.used
                and not subgraph.implements_interface_field(found, field.name)
            ):
                del found.fields[field.name]
        if not found.fields and found.name not in ROOT_TYPE_NAMES:
            _drop_empty_type(subgraph, found.name, report)


def _drop_empty_type(subgraph: Subgraph, type_name: str, report: Report) -> None:
    referenced = any(
        field.type.named == type_name
        for other in subgraph.types.values()
        for field in other.fields.values()
    )
    if not referenced:
        del subgraph.types[type_name]
        return
    report.error(
        ErrorCode.TYPE_WITH_ONLY_UNUSED_EXTERNAL,
        subgraph.name,
        type_name,
        "all its fields are @external and nothing uses them: add a @key that names one, or "
        "remove the type and the fields that return it",
    )


def _add_shareable(old: Sequence[Subgraph], subgraphs: Sequence[Subgraph]) -> None:
    """Federation 1 let every subgraph resolve value types, and fields that others resolve too."""
    shareable: list[Element] = []
    for subgraph in old:
        for found in subgraph.types.values():
            if found.kind is not Kind.OBJECT:
                continue
            others = _others_with(found.name, subgraph, subgraphs)
            if found.keys or found.name in ROOT_TYPE_NAMES:
                keys = key_fields(subgraph, found.name)
                shareable += [
                    field
                    for field in found.fields.values()
                    if (found.name, field.name) not in keys
                    and any(_resolves(other, found.name, field.name) for other in others)
                ]
            elif others:
                shareable.append(found)
    for element in shareable:
        if not element.has("shareable"):
            element.directives.append(Applied("shareable"))


def _resolves(subgraph: Subgraph, type_name: str, field_name: str) -> bool:
    return subgraph.has_field(type_name, field_name) and not subgraph.never_resolves(
        type_name, field_name
    )


def _drop_repeated_tags(subgraph: Subgraph, subgraphs: Sequence[Subgraph]) -> None:
    """A tag on an external field is dropped where an owner of the field repeats it."""
    for type_name, field_name in subgraph.usage.external:
        if not subgraph.has_field(type_name, field_name):
            continue
        repeated = {
            tag.print()
            for other in _others_with(type_name, subgraph, subgraphs)
            if other.has_field(type_name, field_name)
            and not other.is_external(type_name, field_name)
            for tag in other.types[type_name].fields[field_name].applied("tag")
        }
        field = subgraph.types[type_name].fields[field_name]
        field.directives = [
            d
            for d in field.directives
            if not (d.federation and d.name == "tag" and d.print() in repeated)
        ]
