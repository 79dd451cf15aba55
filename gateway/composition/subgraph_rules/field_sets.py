"""Rules of the field sets in `@key`, `@requires` and `@provides`."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import StringValueNode

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.field_usage import FieldSetUse, field_set_uses
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph_rules.arguments import argument_problems
from gateway.spec.field_set import (
    DirectiveInFieldSet,
    FieldSelection,
    FieldSet,
    FragmentSelection,
    InvalidFieldSet,
)

_Problem = tuple[str, str]
"""The end of an error code, and the message."""


def check_field_sets(subgraph: Subgraph, report: Report) -> None:
    """The codes KEY_*, REQUIRES_* and PROVIDES_* that concern the argument `fields`."""
    for use in field_set_uses(subgraph):
        if use.directive == "provides" and not _provides_on_composite(subgraph, use):
            continue  # the rules of fields and of interfaces report it
        for suffix, message in _problems(subgraph, use):
            report.error(
                ErrorCode[f"{use.directive.upper()}_{suffix}"],
                subgraph.name,
                use.coordinate,
                f"@{use.directive}: {message}",
            )


def _provides_on_composite(subgraph: Subgraph, use: FieldSetUse) -> bool:
    kind = subgraph.kind(use.selects_on)
    return use.owner.kind is not Kind.INTERFACE and kind is not None and kind.composite


def _problems(subgraph: Subgraph, use: FieldSetUse) -> Iterator[_Problem]:
    if not isinstance(use.applied.arguments.get("fields"), StringValueNode):
        yield "INVALID_FIELDS_TYPE", "write the argument fields as a string"
        return
    try:
        selections = use.applied.field_set
    except DirectiveInFieldSet as error:
        yield "DIRECTIVE_IN_FIELDS_ARG", f"{error}: remove it"
        return
    except InvalidFieldSet as error:
        yield "INVALID_FIELDS", f'"{use.applied.fields_text}" is no field set: {error}'
        return
    check = _Check(subgraph, use.directive)
    yield from check.selections(subgraph.types[use.selects_on], selections, external=False)


@dataclass(frozen=True, slots=True)
class _Check:
    subgraph: Subgraph
    directive: str

    def selections(
        self, owner: TypeDef, selections: FieldSet, external: bool
    ) -> Iterator[_Problem]:
        """`external`: a field above is, so what is below need not be marked again."""
        for selection in selections:
            if isinstance(selection, FragmentSelection):
                yield from self._fragment(selection, external)
            elif selection.name != "__typename":
                yield from self._field(owner, selection, external)

    def _fragment(self, selection: FragmentSelection, external: bool) -> Iterator[_Problem]:
        target = self.subgraph.types.get(selection.type_condition)
        if target is None or not target.kind.composite:
            yield (
                "INVALID_FIELDS",
                f"{selection.type_condition} is no object, interface or union of this subgraph: "
                "correct the type condition",
            )
            return
        yield from self.selections(target, selection.selections, external)

    def _field(
        self, owner: TypeDef, selection: FieldSelection, external: bool
    ) -> Iterator[_Problem]:
        field = owner.fields.get(selection.name)
        if field is None:
            yield "INVALID_FIELDS", f"{owner.name} has no field {selection.name}: add or correct it"
            return
        coordinate = f"{owner.name}.{field.name}"
        if self.directive == "requires":
            for problem in argument_problems(self.subgraph, field, selection.arguments):
                yield "INVALID_FIELDS", f"{coordinate}: {problem}"
        elif field.arguments or selection.arguments:
            yield "FIELDS_HAS_ARGS", f"{coordinate} takes arguments, so it cannot be used here"
            return
        kind = self.subgraph.kind(field.type.named)
        composite = kind is not None and kind.composite
        if self.directive == "key" and composite and kind is not Kind.OBJECT:
            yield (
                "FIELDS_SELECT_INVALID_TYPE",
                f"{coordinate} is {field.type}, but a key cannot contain interfaces or unions: "
                "use a field of an object type or a leaf",
            )
            return
        if composite != bool(selection.selections):
            advice = "needs a selection of its fields" if composite else "has no fields to select"
            yield "INVALID_FIELDS", f"{coordinate} is {field.type} and {advice}"
            return
        external = external or self._is_external(owner, field)
        if composite:
            target = self.subgraph.types[field.type.named]
            yield from self.selections(target, selection.selections, external)
        elif self.directive != "key" and not external:
            yield (
                "FIELDS_MISSING_EXTERNAL",
                f"{coordinate} is resolved here, so the gateway need not bring it: mark it "
                "@external, or take it out of the field set",
            )

    def _is_external(self, owner: TypeDef, field: OutputField) -> bool:
        if self.subgraph.is_external(owner.name, field.name):
            return True
        if self.subgraph.federation_1 and field.has("external"):
            return True
        return owner.kind is Kind.INTERFACE and any(
            self.subgraph.is_external(name, field.name)
            for name in self.subgraph.possible_types(owner.name)
        )
