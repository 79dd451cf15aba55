"""Says with join directives which subgraph has which type, field, member and value.

Source: https://specs.apollo.dev/join/v0.3. Emitted last, from the merged schema and the
subgraphs, so that merging need not know of it.
"""

from collections.abc import Iterator

from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import InputValue, OutputField, TypeDef, print_value, quoted
from gateway.composition.subgraph.model import Subgraph


def join_type_directives(supergraph: Supergraph, merged: TypeDef) -> Iterator[str]:
    """`@join__implements`, `@join__type` and `@join__unionMember` of a type."""
    sources = supergraph.with_type(merged.name)
    for subgraph, found in sources:
        for interface in found.interfaces:
            yield _directive("implements", graph=subgraph.graph, interface=quoted(interface))
    # Every subgraph can be re-entered by its Query, also one that has no root field.
    hosts = supergraph.subgraphs if merged.name == "Query" else [s for s, _ in sources]
    types = (text for host in hosts for text in _join_types(host, merged.name))
    yield from dict.fromkeys(types)
    for member in merged.members:
        for subgraph, found in sources:
            if member in found.members:
                yield _directive("unionMember", graph=subgraph.graph, member=quoted(member))


def _join_types(subgraph: Subgraph, name: str) -> Iterator[str]:
    is_interface_object = "true" if name in subgraph.interface_objects else None
    found = subgraph.types.get(name)
    keys = found.keys if found else []
    if found is None or not keys:
        yield _directive("type", graph=subgraph.graph, isInterfaceObject=is_interface_object)
    for key in keys:
        on_extension = key.on_extension and not subgraph.federation_1
        extends = found is not None and found.has("extends")
        resolvable = key.arguments.get("resolvable")
        yield _directive(
            "type",
            graph=subgraph.graph,
            key=quoted(key.fields_text),
            extension="true" if on_extension or extends else None,
            resolvable=None if resolvable is None else print_value(resolvable),
            isInterfaceObject=is_interface_object,
        )


def join_field_directives(supergraph: Supergraph, owner: TypeDef, field: OutputField) -> list[str]:
    """`@join__field`, left out where every subgraph with the type has the field alike."""
    if (owner.name, field.name) in supergraph.copied:
        return ["@join__field"]
    sources = supergraph.with_type(owner.name)
    hosts = len(supergraph.subgraphs) if owner.name == "Query" else len(sources)
    having = [(s, t.fields[field.name]) for s, t in sources if field.name in t.fields]
    live = [(s, f) for s, f in having if not supergraph.is_dropped(owner.name, field.name, s)]
    same_type = all(
        f.type == field.type for s, f in having if not s.is_external(owner.name, field.name)
    )
    if not having or (
        len(live) == hosts
        and same_type
        and not any(_is_special(supergraph, owner, s, f) for s, f in live)
    ):
        return []
    return [_join_field(supergraph, owner, s, f, same_type) for s, f in live]


def _is_special(
    supergraph: Supergraph, owner: TypeDef, subgraph: Subgraph, field: OutputField
) -> bool:
    return (
        subgraph.is_external(owner.name, field.name)
        or field.has("requires")
        or field.has("provides")
        or (owner.name, field.name, subgraph.name) in supergraph.overrides
    )


def _join_field(
    supergraph: Supergraph,
    owner: TypeDef,
    subgraph: Subgraph,
    field: OutputField,
    same_type: bool,
) -> str:
    requires, provides = (
        next((quoted(d.fields_text) for d in field.applied(name)), None)
        for name in ("requires", "provides")
    )
    override = next(iter(field.applied("override")), None)
    overridden = supergraph.overrides.get((owner.name, field.name, subgraph.name))
    # The override that this copy makes, and has: without effect it migrates nothing.
    made = override and supergraph.overrides.get((owner.name, field.name, override.value("from")))
    label = next((o.label for o in (made, overridden) if o and o.label is not None), None)
    external = subgraph.is_external(owner.name, field.name)
    still_used = overridden is not None and overridden.label is None
    return _directive(
        "field",
        graph=subgraph.graph,
        requires=requires,
        provides=provides,
        type=None if same_type else quoted(str(field.type)),
        external="true" if external else None,
        override=quoted(override.value("from")) if override else None,
        usedOverridden="true" if still_used else None,
        overrideLabel=quoted(label) if label is not None else None,
    )


def join_input_field_directives(
    supergraph: Supergraph, owner: TypeDef, field: InputValue
) -> list[str]:
    """`@join__field` of an input field; each names its type where the types differ."""
    sources = supergraph.with_type(owner.name)
    having = [(s, t.input_fields[field.name]) for s, t in sources if field.name in t.input_fields]
    same_type = all(f.type == field.type for _, f in having)
    if same_type and len(having) == len(sources):
        return []
    return [
        _directive("field", graph=s.graph, type=None if same_type else quoted(str(f.type)))
        for s, f in having
    ]


def join_enum_value_directives(supergraph: Supergraph, owner: TypeDef, value: str) -> list[str]:
    """`@join__enumValue` of an enum value."""
    return [
        _directive("enumValue", graph=s.graph)
        for s, t in supergraph.with_type(owner.name)
        if value in t.values
    ]


def _directive(name: str, **arguments: str | None) -> str:
    given = ", ".join(f"{k}: {v}" for k, v in arguments.items() if v is not None)
    return f"@join__{name}({given})"
