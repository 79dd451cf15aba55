"""The fields of a selection for one type: CollectFields of the GraphQL specification, 6.3.2."""

from collections.abc import Iterable, Mapping

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
Sets = tuple[SelectionSetNode, ...]


class Collector:
    """For one operation and one set of values for the variables of its conditions."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        booleans: Mapping[str, bool],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._booleans = booleans

    def collect(
        self, kind: Composite, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """By response key, in the order of first appearance; an interface: its type unknown."""
        found: dict[str, list[FieldNode]] = {}
        for node in sets:
            self._collect(kind, node, found)
        return found

    def _collect(
        self, kind: Composite, node: SelectionSetNode, found: dict[str, list[FieldNode]]
    ) -> None:
        for selection in node.selections:
            if not included(selection, self._booleans):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(key, []).append(selection)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                if self._applies(kind, fragment.type_condition.name.value):
                    self._collect(kind, fragment.selection_set, found)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self._applies(kind, condition.name.value):
                    self._collect(kind, selection.selection_set, found)

    def _applies(self, kind: Composite, condition: str) -> bool:
        if condition == kind.name:
            return True
        other = self._schema.type_map.get(condition)
        return is_abstract_type(other) and self._schema.is_sub_type(other, kind)


def below(nodes: Iterable[FieldNode]) -> Sets:
    """The selections under the fields of one response key."""
    return tuple(node.selection_set for node in nodes if node.selection_set is not None)
