"""Makes sure that each entity in an answer is the one that was asked for.

`_entities` answers by position. A subgraph that loads entities in another order than asked for, the
commonest mistake there is in one, would give every client the data of another entity. So the fields
that identify an entity are asked for along with the rest, and compared.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final

from graphql import (
    FieldNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    print_ast,
)

from gateway.context import RequestContext
from gateway.transport.protocol import Answers, Owned, SubgraphRequest, Transport

_PREFIX: Final = "_identity_"
_MOST_DOCUMENTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Checked:
    """A document that asks for entities, and which variable each of its lists answers.

    `asking`: what is asked instead, by the fields that are known to begin with.
    """

    operation: OperationDefinitionNode
    lists: tuple[tuple[str, str], ...]
    asking: dict[frozenset[str], "_Asking"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asking:
    """The document with identifying fields: their keys, each with its name in representations."""

    text: str
    keys: tuple[tuple[str, str], ...]


class VerifyingTransport:
    """A transport whose entities are compared with their representations.

    `identities`: by type of entity, the fields of scalar type that are part of its keys in this
    subgraph. Asked for are those that the representations have: another key may be no business of
    the caller's. An entity that is another becomes null, with an error at its place.
    """

    def __init__(self, inner: Transport, identities: Mapping[str, tuple[str, ...]]) -> None:
        self._inner = inner
        self._identities = identities
        self._checked: OrderedDict[str, _Checked | None] = OrderedDict()

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
        checked = self._prepared(request.document)
        if checked is None:
            return await self._inner.execute(request)
        asking = self._asking(checked, request.variables)
        answer = await self._inner.execute(
            SubgraphRequest(asking.text, request.variables, request.operation, request.context)
        )
        wrong = list(_wrong(answer, checked.lists, request.variables, asking.keys))
        return _without(answer, wrong) if wrong else answer

    def subscribe(self, request: SubgraphRequest) -> Answers:
        """See `Transport.subscribe`. Events are no entities."""
        return self._inner.subscribe(request)

    def identity(self, context: RequestContext) -> Hashable:
        """See `Transport.identity`."""
        return self._inner.identity(context)

    async def close(self) -> None:
        """Closes the transport within."""
        await self._inner.close()

    def _prepared(self, document: str) -> _Checked | None:
        if document in self._checked:
            self._checked.move_to_end(document)
            return self._checked[document]
        checked = self._checked[document] = _checked(document)
        if len(self._checked) > _MOST_DOCUMENTS:
            self._checked.popitem(last=False)
        return checked

    def _asking(self, checked: _Checked, variables: Mapping[str, Any]) -> _Asking:
        known = frozenset[str]().union(*(r for _, name in checked.lists for r in variables[name]))
        asking = checked.asking.get(known)
        if asking is None:
            text = _asking_for(checked.operation, self._identities, known)
            names = sorted(known.intersection(chain(*self._identities.values())))
            keys = tuple((f"{_PREFIX}{name}", name) for name in names)
            asking = checked.asking[known] = _Asking(text, keys)
        return asking


def _checked(document: str) -> _Checked | None:
    node = parse(document, no_location=True)
    operation = node.definitions[0]
    if len(node.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        return None  # the planner writes no such document
    lists = [
        (node.alias.value if node.alias else "_entities", variable)
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode) and (variable := _representations(node)) is not None
    ]
    return _Checked(operation, tuple(lists)) if lists else None


def _representations(node: SelectionNode) -> str | None:
    """The variable that holds what is asked for, if this asks for entities."""
    if isinstance(node, FieldNode) and node.name.value == "_entities" and node.arguments:
        value = node.arguments[0].value
        return value.name.value if isinstance(value, VariableNode) else None
    return None


def _asking_for(
    operation: OperationDefinitionNode,
    identities: Mapping[str, tuple[str, ...]],
    known: frozenset[str],
) -> str:
    wanted = {
        name: tuple(field for field in fields if field in known)
        for name, fields in identities.items()
    }
    nodes: list[SelectionNode] = []
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode) and _representations(node) and node.selection_set:
            node = replace(node, selection_set=_asking(node.selection_set, wanted))
        nodes.append(node)
    return print_ast(replace(operation, selection_set=SelectionSetNode(selections=tuple(nodes))))


def _asking(
    selections: SelectionSetNode, identities: Mapping[str, tuple[str, ...]]
) -> SelectionSetNode:
    """The same with the identifying fields in each `... on Type { }`."""
    fragments: list[SelectionNode] = []
    for fragment in selections.selections:
        if isinstance(fragment, InlineFragmentNode) and fragment.type_condition is not None:
            fields = (
                FieldNode(alias=NameNode(value=f"{_PREFIX}{name}"), name=NameNode(value=name))
                for name in identities.get(fragment.type_condition.name.value, ())
            )
            below = (*fields, *fragment.selection_set.selections)
            fragment = replace(fragment, selection_set=SelectionSetNode(selections=below))
        fragments.append(fragment)
    return SelectionSetNode(selections=tuple(fragments))


def _wrong(
    answer: Mapping[str, Any],
    lists: Sequence[tuple[str, str]],
    variables: Mapping[str, Any],
    keys: Sequence[tuple[str, str]],
) -> Iterator[tuple[str, int]]:
    """Where entities are that were not asked for: the list's key and the position in it.

    From an answer of ours what was asked for besides is taken out: nobody has to merge it.
    """
    data = answer.get("data")
    read = dict[str, Any].pop if isinstance(answer, Owned) else dict[str, Any].get
    for alias, variable in lists:
        entities = data.get(alias) if isinstance(data, dict) else None
        representations = variables.get(variable)
        if not isinstance(entities, list) or not isinstance(representations, list | tuple):
            continue
        for index, (entity, representation) in enumerate(
            zip(entities, representations, strict=False)
        ):
            if not isinstance(entity, dict):
                continue
            differs = False
            for key, name in keys:
                given = read(entity, key, None)
                if given != representation.get(name):
                    differs |= _differ(given, representation.get(name))
            if differs:
                yield alias, index


def _differ(given: Any, asked: Any) -> bool:
    # As text: an ID may be a number in one subgraph and a string in another.
    return given is not None and asked is not None and str(given) != str(asked)


def _without(answer: Mapping[str, Any], wrong: list[tuple[str, int]]) -> dict[str, Any]:
    """The answer, which may be shared with others, as a new one without the wrong entities."""
    data = dict(answer["data"])
    errors = list(answer.get("errors") or ())
    for alias in dict.fromkeys(alias for alias, _ in wrong):
        data[alias] = list(data[alias])
    for alias, index in wrong:
        data[alias][index] = None
        errors.append(
            {
                "message": "The subgraph answered another entity than it was asked for.",
                "path": [alias, index],
                "extensions": {"code": "INVALID_SUBGRAPH_ANSWER"},
            }
        )
    return {**answer, "data": data, "errors": errors}
