"""`@inaccessible`: what is hidden must not be needed by what is visible.

Source: https://specs.apollo.dev/inaccessible/v0.2.
"""

from collections.abc import Iterator

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Element, InputValue, OutputField, TypeDef


def check_inaccessible(supergraph: Supergraph) -> None:
    """The codes *INACCESSIBLE*."""
    if not any(d.federation and d.name == "inaccessible" for d in supergraph.carried()):
        return
    check = _Check(supergraph)
    for found in supergraph.types.values():
        check.type(found)


class _Check:
    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph

    def type(self, found: TypeDef) -> None:
        if found.has("inaccessible"):
            if found.name == "Query":
                self._error(
                    ErrorCode.QUERY_ROOT_TYPE_INACCESSIBLE,
                    found.name,
                    found.name,
                    "the query root cannot be @inaccessible: remove the directive",
                )
            return
        inside = list(self._inside(found))
        if inside and all(element.has("inaccessible") for element in inside):
            self._error(
                ErrorCode.ONLY_INACCESSIBLE_CHILDREN,
                found.name,
                found.name,
                "the type is visible but all that it holds is @inaccessible: hide the type too, "
                "or show something in it",
            )
        for field in found.fields.values():
            self._field(found, field)
        for value in found.input_fields.values():
            self._input(found, value, f"{found.name}.{value.name}")

    def _inside(self, found: TypeDef) -> Iterator[Element]:
        yield from found.fields.values()
        yield from found.input_fields.values()
        yield from found.values.values()
        for member in found.members:
            yield self._supergraph.types[member]

    def _field(self, owner: TypeDef, field: OutputField) -> None:
        coordinate = f"{owner.name}.{field.name}"
        declarations = list(self._visible_declarations(owner, field.name))
        if field.has("inaccessible"):
            for interface, _ in declarations:
                self._error(
                    ErrorCode.IMPLEMENTED_BY_INACCESSIBLE,
                    owner.name,
                    coordinate,
                    f"it is @inaccessible but implements the visible {interface}.{field.name}: "
                    "hide both or none",
                )
            return
        self._reference(owner, coordinate, field.type.named)
        for argument in field.arguments.values():
            where = f"{coordinate}({argument.name}:)"
            self._input(owner, argument, where)
            if argument.has("inaccessible"):
                self._hidden_argument(owner, argument, where, declarations)

    def _hidden_argument(
        self,
        owner: TypeDef,
        argument: InputValue,
        coordinate: str,
        declarations: list[tuple[str, OutputField]],
    ) -> None:
        for interface, declared in declarations:
            other = declared.arguments.get(argument.name)
            if other is not None and not other.has("inaccessible"):
                self._error(
                    ErrorCode.IMPLEMENTED_BY_INACCESSIBLE,
                    owner.name,
                    coordinate,
                    f"it is @inaccessible but visible on {interface}.{declared.name}: "
                    "hide both or none",
                )

    def _input(self, owner: TypeDef, value: InputValue, coordinate: str) -> None:
        if not value.has("inaccessible"):
            self._reference(owner, coordinate, value.type.named)
        elif value.required:
            self._error(
                ErrorCode.REQUIRED_INACCESSIBLE,
                owner.name,
                coordinate,
                "it is required, so clients must see it: remove @inaccessible, or make it optional",
            )

    def _reference(self, owner: TypeDef, coordinate: str, type_name: str) -> None:
        target = self._supergraph.types.get(type_name)
        if target is not None and target.has("inaccessible"):
            self._error(
                ErrorCode.REFERENCED_INACCESSIBLE,
                owner.name,
                coordinate,
                f"it is visible but its type {type_name} is @inaccessible: hide both or none",
            )

    def _visible_declarations(
        self, owner: TypeDef, field_name: str
    ) -> Iterator[tuple[str, OutputField]]:
        for name in owner.interfaces:
            interface = self._supergraph.types.get(name)
            declared = interface.fields.get(field_name) if interface else None
            if interface is None or declared is None:
                continue
            if not interface.has("inaccessible") and not declared.has("inaccessible"):
                yield name, declared

    def _error(self, code: ErrorCode, owner: str, coordinate: str, message: str) -> None:
        subgraphs = [s.name for s, _ in self._supergraph.with_type(owner)]
        self._supergraph.report.error(code, subgraphs, coordinate, message)
