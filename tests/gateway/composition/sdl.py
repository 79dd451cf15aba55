"""Writes subgraphs for tests in few words, and composes them."""

from graphql import build_schema, validate_schema

from gateway.composition import Composition, SubgraphSource, compose

_IMPORTS = (
    "@key",
    "@requires",
    "@provides",
    "@external",
    "@extends",
    "@tag",
    "@inaccessible",
    "@shareable",
    "@override",
    "@composeDirective",
    "@interfaceObject",
    "@authenticated",
    "@requiresScopes",
    "@policy",
    "@cost",
    "@listSize",
)


def federated(body: str, more_links: str = "") -> str:
    """A Federation 2.9 subgraph that imports every directive."""
    imports = ", ".join(f'"{name}"' for name in _IMPORTS)
    link = f'@link(url: "https://specs.apollo.dev/federation/v2.9", import: [{imports}])'
    return f"extend schema {link} {more_links}\n{body}"


def linked(version: str, imports: str, body: str) -> str:
    """A subgraph that links one version of federation with these imports."""
    url = f"https://specs.apollo.dev/federation/{version}"
    return f'extend schema @link(url: "{url}", import: [{imports}])\n{body}'


def compose_sdl(subgraphs: dict[str, str]) -> Composition:
    """Composes complete SDL texts by subgraph name."""
    return compose(
        {name: SubgraphSource(url=f"http://{name}", sdl=sdl) for name, sdl in subgraphs.items()}
    )


def supergraph_of(**bodies: str) -> str:
    """The supergraph of Federation 2.9 subgraphs, which must compose."""
    return composed({name: federated(body) for name, body in bodies.items()})


def composed(subgraphs: dict[str, str]) -> str:
    """The supergraph of complete SDL texts, which must compose to a valid schema."""
    composition = compose_sdl(subgraphs)
    assert composition.errors == ()
    assert composition.supergraph_sdl is not None
    assert validate_schema(build_schema(composition.supergraph_sdl)) == []
    return composition.supergraph_sdl


def definition_of(supergraph_sdl: str, name: str) -> str:
    """The text of one type definition in a supergraph, without empty lines around it."""
    found = [
        part
        for part in supergraph_sdl.strip().split("\n\n")
        if any(
            line.split()[1:2] == [name] and line.split()[0] != "directive"
            for line in part.splitlines()
            if line and not line.startswith((" ", '"'))
        )
    ]
    assert len(found) == 1, f"{len(found)} definitions of {name}"
    return found[0]
