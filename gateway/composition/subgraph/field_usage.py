"""Walks the field sets of a subgraph to learn how its fields are used."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.composition.schema import Applied, Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import FieldId, FieldUsage, Subgraph
from gateway.spec.field_set import DirectiveInFieldSet, FieldSet, FragmentSelection, InvalidFieldSet


@dataclass(frozen=True, slots=True)
class FieldSetUse:
    """A directive with a field set: where it stands, and the type that the set selects on."""

    directive: str
    owner: TypeDef
    field: OutputField | None
    selects_on: str
    applied: Applied

    @property
    def coordinate(self) -> str:
        return f"{self.owner.name}.{self.field.name}" if self.field else self.owner.name


def field_set_uses(subgraph: Subgraph) -> Iterator[FieldSetUse]:
    """Every `@key`, `@requires` and `@provides` of the subgraph."""
    for owner in subgraph.types.values():
        for key in owner.keys:
            yield FieldSetUse("key", owner, None, owner.name, key)
        for output_field in owner.fields.values():
            for applied in output_field.applied("requires"):
                yield FieldSetUse("requires", owner, output_field, owner.name, applied)
            for applied in output_field.applied("provides"):
                target = output_field.type.named
                yield FieldSetUse("provides", owner, output_field, target, applied)


def selected_fields(
    subgraph: Subgraph, type_name: str, selections: FieldSet
) -> Iterator[tuple[str, str]]:
    """The (type, field) pairs that a field set selects, known ones only.

    A field of an interface counts for its implementations, and one of an object for the
    interfaces that declare it.
    """
    for selection in selections:
        if isinstance(selection, FragmentSelection):
            yield from selected_fields(subgraph, selection.type_condition, selection.selections)
            continue
        owner = subgraph.types.get(type_name)
        found = owner.fields.get(selection.name) if owner else None
        if owner is None or found is None:
            continue
        yield type_name, found.name
        related = (
            subgraph.possible_types(type_name) if owner.kind is Kind.INTERFACE else owner.interfaces
        )
        for name in related:
            if subgraph.has_field(name, found.name):
                yield name, found.name
        yield from selected_fields(subgraph, found.type.named, selection.selections)


def key_fields(subgraph: Subgraph, type_name: str) -> set[FieldId]:
    """The fields that the keys of a type select, nested ones included."""
    found: set[FieldId] = set()
    for key in subgraph.types[type_name].keys:
        try:
            found.update(selected_fields(subgraph, type_name, key.field_set))
        except InvalidFieldSet:
            continue  # a rule of its own reports it
    return found


def own_key_fields(subgraph: Subgraph, type_name: str) -> set[str]:
    """The fields of the type itself that its keys select."""
    return {name for owner, name in key_fields(subgraph, type_name) if owner == type_name}


def field_usage(subgraph: Subgraph) -> FieldUsage:
    """What the directives say now; to be taken again after the subgraph was rewritten."""
    used: set[FieldId] = set()
    provided: set[FieldId] = set()
    keys: set[FieldId] = set()
    for use in field_set_uses(subgraph):
        try:
            selections = use.applied.field_set
        except DirectiveInFieldSet as error:
            selections = error.selections
        except InvalidFieldSet:
            continue
        selected = set(selected_fields(subgraph, use.selects_on, selections))
        used |= selected
        if use.directive == "provides":
            provided |= selected
        elif use.directive == "key":
            keys |= selected
    return FieldUsage(
        external=frozenset(_external_fields(subgraph)),
        provided=frozenset(provided),
        used=frozenset(used),
        keys=frozenset(keys),
    )


def _external_fields(subgraph: Subgraph) -> Iterator[FieldId]:
    """Key fields of an extension are written `@external`, but the subgraph does own them."""
    for owner in subgraph.types.values():
        if owner.kind is not Kind.OBJECT:
            continue
        extension = owner.is_extension or owner.was_extension
        owned = own_key_fields(subgraph, owner.name) if extension else set()
        for output_field in owner.fields.values():
            marked = output_field.has("external") or output_field.name in owner.external_fields
            if marked and output_field.name not in owned:
                yield owner.name, output_field.name
