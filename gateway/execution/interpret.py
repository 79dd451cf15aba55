"""Shapes merged data into the answer without compiling anything: for operations seen seldom."""

from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    SelectionSetNode,
)

from gateway.execution import complete
from gateway.execution.collect import Collector, Composite, Sets, below
from gateway.execution.complete import Position
from gateway.execution.errors import Violation
from gateway.execution.project import JSON_CLASSES, PASSED_ON, Project
from gateway.planning.model import Supergraph
from gateway.policy.authorization import Denial


def interpreted_projection(
    supergraph: Supergraph,
    collector: Collector,
    root: GraphQLObjectType,
    selection: SelectionSetNode,
    denial: Denial | None = None,
) -> Project:
    """Answers exactly as a compiled one does, and slower."""
    interpreter = _Interpreter(supergraph, collector, denial)

    def project(data: dict[str, Any], violations: list[Violation]) -> dict[str, Any] | None:
        return interpreter.object(root, (selection,), data, None, violations)

    return project


class _Interpreter:
    def __init__(self, supergraph: Supergraph, collector: Collector, denial: Denial | None) -> None:
        self._supergraph = supergraph
        self._schema = supergraph.schema
        self._collector = collector
        self._denial = denial
        self._known: dict[tuple[str, tuple[int, ...]], dict[str, list[FieldNode]]] = {}

    def object(
        self, kind: Composite, sets: Sets, value: Any, position: Position, errors: list[Violation]
    ) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            complete.wrong("an object", position, errors)
            return None
        answer: dict[str, Any] = {}
        for key, nodes in self._fields(kind, sets).items():
            name = nodes[0].name.value
            if name == "__typename" and isinstance(kind, GraphQLObjectType):
                answer[key] = kind.name
                continue
            if name == "__typename" or name in PASSED_ON:
                answer[key] = value.get(key)
                continue
            declared = kind.fields[name].type
            here: Position = (position, key)
            denied = self._denial is not None and self._denial.field(kind.name, name)
            found = None
            if denied:
                complete.denied_field(f"{kind.name}.{name}", here, errors)
            else:
                found = self._value(declared, below(nodes), value.get(key), here, errors)
            if found is None and isinstance(declared, GraphQLNonNull):
                if not denied:
                    complete.required(name, here, errors)
                return None
            answer[key] = found
        return answer

    def _fields(self, kind: Composite, sets: Sets) -> dict[str, list[FieldNode]]:
        identity = (kind.name, tuple(map(id, sets)))
        known = self._known.get(identity)
        if known is None:
            known = self._known[identity] = self._collector.collect(kind, sets)
        return known

    def _value(
        self,
        kind: GraphQLOutputType,
        sets: Sets,
        value: Any,
        position: Position,
        errors: list[Violation],
    ) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if value is None:
            return None
        if isinstance(kind, GraphQLList):
            return self._list(kind, sets, value, position, errors)
        if isinstance(kind, GraphQLEnumType):
            return self._enum(kind, value, position, errors)
        if isinstance(kind, GraphQLScalarType):
            classes = JSON_CLASSES.get(kind.name)
            if classes is None or value.__class__.__name__ in classes:
                return value
            return complete.leaf(value, kind, position, errors)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._abstract(kind, sets, value, position, errors)
        return self.object(kind, sets, value, position, errors)

    def _list(
        self,
        kind: GraphQLList[Any],
        sets: Sets,
        value: Any,
        position: Position,
        errors: list[Violation],
    ) -> list[Any] | None:
        if value.__class__ is not list:
            complete.wrong("a list", position, errors)
            return None
        answer: list[Any] = []
        for index, item in enumerate(value):
            here: Position = (position, index)
            found = self._value(kind.of_type, sets, item, here, errors)
            if found is None and isinstance(kind.of_type, GraphQLNonNull):
                complete.required("of a list", here, errors)
                return None
            answer.append(found)
        return answer

    def _enum(
        self, kind: GraphQLEnumType, value: Any, position: Position, errors: list[Violation]
    ) -> Any:
        if value.__class__ is str and value in kind.values:
            return value
        hidden = frozenset(v for owner, v in self._supergraph.hidden_values if owner == kind.name)
        return complete.enum(value, (kind, hidden), position, errors)

    def _abstract(
        self,
        kind: GraphQLUnionType | GraphQLInterfaceType,
        sets: Sets,
        value: Any,
        position: Position,
        errors: list[Violation],
    ) -> Any:
        if not isinstance(value, dict):
            complete.wrong("an object", position, errors)
            return None
        name = value.get("__typename")
        found = self._schema.type_map.get(name) if isinstance(name, str) else None
        if isinstance(found, GraphQLObjectType) and self._schema.is_sub_type(kind, found):
            if self._denial is not None and self._denial.object(found.name):
                complete.denied_object(position, errors)
                return None
            return self.object(found, sets, value, position, errors)
        fallback: complete.Completer | None = None
        if isinstance(kind, GraphQLInterfaceType):
            fallback = self._unknown(kind, sets)
        hidden = frozenset(
            t for t in self._supergraph.possible(kind.name) if t not in self._schema.type_map
        )
        abstract = complete.AbstractType(kind.name, fallback, hidden)
        return complete.untyped(value, abstract, position, errors)

    def _unknown(self, kind: GraphQLInterfaceType, sets: Sets) -> complete.Completer:
        """For objects of an unknown type: as if of all that they may have."""
        if self._denial is not None and self._denial.any_object(kind.name):
            return lambda value, position, errors: complete.denied_object(position, errors)
        return lambda value, position, errors: self.object(kind, sets, value, position, errors)
