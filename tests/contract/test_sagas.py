"""Every saga's steps can be executed: their agents exist, or are known to come."""

import pytest
from graphql import FieldNode, build_schema, parse, validate

from models.migrations.run import AGENTS
from subgraphs.kit import Document
from subgraphs.kit.sagas import Saga, Step
from tests.platform import subgraph_of

STEPS = [
    (agent, saga, step)
    for agent in AGENTS
    for saga in subgraph_of(agent).sagas
    for step in saga.steps
]


def _documents(saga: Saga) -> list[Document]:
    """All that it may send, by name."""
    commands = [step.command.document for step in saga.steps if step.command]
    undos = [step.undo.document for step in saga.steps if step.undo]
    asides = [each for aside in saga.asides for each in (aside.document, aside.undo.document)]
    return sorted({*commands, *undos, *asides}, key=lambda each: (each.owner, each.name))


DOCUMENTS = [
    (agent, document)
    for agent in AGENTS
    for saga in subgraph_of(agent).sagas
    for document in _documents(saga)
]


def _name(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.parametrize(("agent", "saga", "step"), STEPS, ids=_name)
def test_a_step_whose_agent_exists_commands_it(agent: str, saga: Saga, step: Step) -> None:
    """What is skipped or ends today, for want of an agent, needs its command the day it comes."""
    if step.agent in AGENTS:
        assert step.command is not None
        assert step.command.document.owner == step.agent
    elif step.agent is None:
        assert step.command is None


@pytest.mark.parametrize(("agent", "document"), DOCUMENTS, ids=_name)
def test_its_document_is_one_that_the_agent_may_send(agent: str, document: Document) -> None:
    """One mutation, which answers with one entity and with errors that say whether to try again."""
    assert document in subgraph_of(agent).documents
    schema = build_schema(subgraph_of(document.owner).sdl, assume_valid_sdl=True)
    assert validate(schema, parse(document.text)) == []
    [operation] = document.node.definitions
    [root] = operation.selection_set.selections  # type: ignore[attr-defined]  # an operation has one
    entity, errors = root.selection_set.selections
    assert errors.name.value == "errors"
    names = {
        each.name.value for each in errors.selection_set.selections if isinstance(each, FieldNode)
    }
    assert {"code", "message", "retryable"} <= names
    assert "id" in {each.name.value for each in entity.selection_set.selections}


def test_names_and_versions_are_unique() -> None:
    sagas = [(saga.name, saga.version) for agent in AGENTS for saga in subgraph_of(agent).sagas]
    intents = [intent.name for agent in AGENTS for intent in subgraph_of(agent).intents]
    assert len(set(sagas)) == len(sagas) > 0
    assert len(set(intents)) == len(intents) > 0
    for agent in AGENTS:
        for saga in subgraph_of(agent).sagas:
            steps = [*(step.name for step in saga.steps), *(aside.name for aside in saga.asides)]
            assert len(set(steps)) == len(steps)
