"""Who may read what: decided for one caller and one operation before it is planned."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

from gateway.context import RequestContext
from gateway.policy.requirements import NOTHING, Need, Needs, Requirements

UNAUTHORIZED: Final = "UNAUTHORIZED_FIELD_OR_TYPE"

Policies = Callable[[frozenset[str], RequestContext], Awaitable[frozenset[str]]]
"""Given the policies that an operation touches, those that hold for this caller."""


class Denial:
    """What a caller who fails some needs may not read."""

    def __init__(self, requirements: Requirements, failing: Needs) -> None:
        self._requirements = requirements
        self._failing = failing
        self._fields: dict[tuple[str, str], bool] = {}

    def object(self, object_type: str) -> bool:
        """Whether no object of this type may be given out at all."""
        return not self._failing.isdisjoint(self._requirements.object(object_type))

    def any_object(self, type_name: str) -> bool:
        """Whether that holds for some object type of an abstract type."""
        return any(map(self.object, self._requirements.possible(type_name)))

    def field(self, type_name: str, name: str) -> bool:
        """Whether the field is denied; on an interface: for any of its object types."""
        known = self._fields.get((type_name, name))
        if known is None:
            possible = self._requirements.possible(type_name)
            known = self._fields[type_name, name] = any(self._denied(o, name) for o in possible)
        return known

    def _denied(self, object_type: str, name: str) -> bool:
        if not self._failing.isdisjoint(self._requirements.field(object_type, name)):
            return True
        # Nothing that the field could return may be given out: do not even ask.
        members = self._requirements.members(object_type, name)
        return bool(members) and all(map(self.object, members or ()))


class Authorization:
    """Evaluates the requirements of one supergraph. Without `policies` no policy ever holds.

    `inputs`: by type, and by type and field, what it may take to have that from other subgraphs.
    """

    def __init__(
        self,
        requirements: Requirements,
        policies: Policies | None = None,
        inputs: Callable[[str, str], Needs] = lambda type_name, field: NOTHING,
    ) -> None:
        self._requirements = requirements
        self._inputs = inputs
        self._policies = policies
        self._by_field: dict[tuple[str, str], Needs] = {}

    def touched(
        self,
        root: str,
        selection: SelectionSetNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> Needs:
        """Every need that an operation may meet, conditions disregarded.

        Those of the fields that it selects, and of what may be sent to subgraphs to have them.
        """
        if not self._requirements.protects:
            return NOTHING
        found: set[Need] = set()
        seen: set[tuple[str, int]] = set()
        stack = [(root, selection)]
        while stack:
            scope, node = stack.pop()
            if (scope, id(node)) in seen:
                continue
            seen.add((scope, id(node)))
            found |= self._inputs(scope, "")
            for item in node.selections:
                if isinstance(item, FieldNode):
                    name = item.name.value
                    found |= self._field(scope, name)
                    returned = self._requirements.returned(scope, name)
                    if item.selection_set is not None and returned is not None:
                        stack.append((returned, item.selection_set))
                elif isinstance(item, FragmentSpreadNode):
                    fragment = fragments[item.name.value]
                    stack.append((fragment.type_condition.name.value, fragment.selection_set))
                elif isinstance(item, InlineFragmentNode):
                    condition = item.type_condition
                    stack.append((condition.name.value if condition else scope, item.selection_set))
        return frozenset(found)

    def _field(self, scope: str, name: str) -> Needs:
        known = self._by_field.get((scope, name))
        if known is None:
            requirements = self._requirements
            objects = requirements.possible(scope)
            members = [o for t in objects for o in requirements.members(t, name) or ()]
            known = self._by_field[scope, name] = NOTHING.union(
                *(requirements.field(o, name) for o in objects),
                *(requirements.object(o) for o in members),
                *(self._inputs(o, name) for o in (scope, *objects)),
            )
        return known

    async def failing(self, touched: Needs, context: RequestContext) -> Needs:
        """The needs among these that the caller does not fulfil. Raises what the policies raise."""
        if not touched:
            return NOTHING
        held: dict[str, frozenset[str] | None] = {
            "authenticated": None if context.claims is None else frozenset(),
            "requiresScopes": scopes_of(context.claims),
            "policy": await self._held_policies(touched, context),
        }
        return frozenset(need for need in touched if not _holds(need, held[need.directive]))

    async def _held_policies(self, touched: Needs, context: RequestContext) -> frozenset[str]:
        asked = frozenset(
            name
            for need in touched
            if need.directive == "policy"
            for group in need.requirement
            for name in group
        )
        if not asked or self._policies is None:
            return frozenset()
        return await self._policies(asked, context)

    def denial(self, failing: Needs) -> Denial | None:
        """None for a caller who fails nothing."""
        return Denial(self._requirements, failing) if failing else None


def scopes_of(claims: Mapping[str, Any] | None) -> frozenset[str]:
    """From the list `scopes` and the space-separated string `scope` (RFC 8693, section 4.2)."""
    if claims is None:
        return frozenset()
    listed, text = claims.get("scopes"), claims.get("scope")
    found = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    return frozenset(found + (text.split() if isinstance(text, str) else []))


def _holds(need: Need, held: frozenset[str] | None) -> bool:
    return held is not None and any(group <= held for group in need.requirement)
