"""The SDL of each subgraph of a world."""

from collections.abc import Iterator

from tests.gateway.random_splits.world import Entity, Field, World


def subgraph_sdl(world: World, name: str) -> str:
    """Without the link to federation."""
    parts = [
        _entity(world, entity, name)
        for entity in world.entities.values()
        if name in world.present(entity)
    ]
    if name in world.abstract("Thing"):
        parts.append(f"interface Thing {{ id: ID!{' common: String' * has_common(world, name)} }}")
    if name in world.abstract("Either"):
        parts.append(f"union Either = {' | '.join(world.members['Either'])}")
    parts.append("enum Colour { RED BLUE }")
    parts.append("type Value @shareable { x: Int y: String }")
    roots = [
        _field(root, shared=len(root.owners) > 1) for root in world.roots if name in root.owners
    ]
    if roots:
        parts.append(f"type Query {{ {' '.join(roots)} }}")
    return "\n".join(parts)


def has_common(world: World, subgraph: str) -> bool:
    """Whether a subgraph's interface has the field: all its implementations must."""
    return all(
        subgraph in world.entities[each].fields["common"].owners for each in world.members["Thing"]
    )


def implements(world: World, entity: Entity, subgraph: str) -> bool:
    return entity.name in world.members["Thing"] and subgraph in world.abstract("Thing")


def _entity(world: World, entity: Entity, subgraph: str) -> str:
    away = ", resolvable: false" if subgraph in entity.stubs else ""
    keys = " ".join(f'@key(fields: "{key}"{away})' for key in entity.keys[subgraph])
    face = " implements Thing" if implements(world, entity, subgraph) else ""
    return f"type {entity.name}{face} {keys} {{ {' '.join(_fields(world, entity, subgraph))} }}"


def _fields(world: World, entity: Entity, subgraph: str) -> Iterator[str]:
    keys = entity.keys[subgraph]
    if "id" in keys or implements(world, entity, subgraph):
        yield f"id: ID!{'' if 'id' in keys else ' @shareable'}"
    if "code" in keys:
        yield "code: String!"
    for field in entity.fields.values():
        if subgraph in field.owners:
            # What another subgraph provides is resolved there, too.
            provided = any(field.name in world.provided_in(entity, o) for o in world.subgraphs)
            yield _field(field, shared=provided or len(field.owners) > 1)
        elif subgraph == field.overridden:
            yield f"{field.name}: {field.type}"
    external = world.required_in(entity, subgraph) | world.provided_in(entity, subgraph)
    for name in sorted(external):
        yield f"{name}: {entity.fields[name].type} @external"


def _field(field: Field, *, shared: bool) -> str:
    argument = "(n: Int = 1)" if field.argument else ""
    more = " @shareable" if shared else ""
    if field.requires:
        more += f' @requires(fields: "{" ".join(field.requires)}")'
    if field.provides:
        more += f' @provides(fields: "{field.provides}")'
    if field.overridden:
        more += f' @override(from: "{field.overridden}")'
    return f"{field.name}{argument}: {field.type}{more}"
