"""The specification's CollectFields, for one runtime type: which fields an object answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
)

from gateway.planning.normalise import included

Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class Collector:
    """Of one document, for one set of condition values."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    booleans: Mapping[str, bool]

    def fields(
        self, kind: Composite, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields by response key, in order."""
        found: dict[str, list[FieldNode]] = {}
        for node in sets:
            self._collect(kind, node, found)
        return found

    def _collect(
        self, kind: Composite, node: SelectionSetNode, found: dict[str, list[FieldNode]]
    ) -> None:
        for selection in node.selections:
            if not included(selection, self.booleans):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(key, []).append(selection)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                if self._applies(kind, fragment.type_condition.name.value):
                    self._collect(kind, fragment.selection_set, found)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self._applies(kind, condition.name.value):
                    self._collect(kind, selection.selection_set, found)

    def _applies(self, kind: Composite, condition: str) -> bool:
        if condition == kind.name:
            return True
        other = self.schema.type_map.get(condition)
        return is_abstract_type(other) and self.schema.is_sub_type(other, kind)
