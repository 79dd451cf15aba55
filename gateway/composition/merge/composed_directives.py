"""`@composeDirective`: which custom directives reach the supergraph."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import ComposedDirective, Supergraph
from gateway.composition.schema import Applied
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.links import Link, Version


def find_composed_directives(supergraph: Supergraph) -> None:
    """DIRECTIVE_COMPOSITION_ERROR."""
    for subgraph in supergraph.subgraphs:
        for applied in subgraph.schema_directives:
            if applied.federation and applied.name == "composeDirective":
                problem = _compose(supergraph, subgraph, applied)
                if problem:
                    supergraph.report.error(
                        ErrorCode.DIRECTIVE_COMPOSITION_ERROR,
                        subgraph.name,
                        f"@{str(applied.value('name') or '').removeprefix('@')}",
                        problem,
                    )


def _compose(supergraph: Supergraph, subgraph: Subgraph, applied: Applied) -> str | None:
    """Adds the directive, or says why it cannot be composed."""
    written = applied.value("name")
    if not isinstance(written, str) or not written.startswith("@"):
        return 'the name in @composeDirective must begin with "@": add it'
    name = written[1:]
    if name in subgraph.directive_names:
        return "directives of federation are composed without @composeDirective: remove it"
    definition = subgraph.directive_definitions.get(name)
    if definition is None:
        return "@composeDirective names a directive that is not defined here: define it"
    link = next((k for k in subgraph.links if k.owns_directive(name)), None)
    if link is None:
        return "a composed directive must come from a specification: import it with @link"
    original = link.original_directive(name)
    other = next(
        (
            c
            for c in supergraph.composed.values()
            if c.name != name and (c.link.url.identity, c.original) == (link.url.identity, original)
        ),
        None,
    )
    if other is not None:
        return (
            f"{original} of {link.url.identity} is composed as @{other.name} in "
            f"{other.first_subgraph}: use one name for it"
        )
    known = supergraph.composed.get(name)
    if known is None:
        supergraph.composed[name] = ComposedDirective(
            name, link, original, definition, subgraph.name
        )
        return None
    if (known.link.url.identity, known.original) != (link.url.identity, original):
        return (
            f"{known.first_subgraph} composes another directive of this name, {known.original} "
            f"of {known.link.url.identity}: rename one with @link"
        )
    if _version(known.link)[0] != _version(link)[0]:
        return (
            f"{known.first_subgraph} links {known.link.url.text}, this subgraph "
            f"{link.url.text}: link the same major version"
        )
    if _version(link) > _version(known.link):
        known.link, known.definition = link, definition
    return None


def _version(link: Link) -> Version:
    return link.url.version or (0, 0)
