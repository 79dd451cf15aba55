"""Resolves the links of a document: federation version and the local names of its directives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import DirectiveNode, DocumentNode, SchemaDefinitionNode, SchemaExtensionNode

from gateway.composition.errors import ErrorCode
from gateway.spec.directives import (
    CARRIED,
    FEDERATION_1_DIRECTIVES,
    FEDERATION_DIRECTIVES,
    FEDERATION_IDENTITY,
    FEDERATION_SCALARS,
    LATEST_FEDERATION,
)
from gateway.spec.links import InvalidLink, Link, Version, link_directive_name, parse_link

FEDERATION_1: Version = (1, 0)

_OWN_SPECIFICATIONS = "https://specs.apollo.dev/"
_REFUSED_SPECIFICATIONS = {"https://specs.apollo.dev/connect": "connectors"}

Problem = tuple[ErrorCode, str]


@dataclass(frozen=True, slots=True)
class Linking:
    """`directive_names` maps the name in the document to the canonical one; both without `@`."""

    links: tuple[Link, ...]
    federation: Link | None
    version: Version
    directive_names: Mapping[str, str]
    link_name: str

    def scalar_name(self, scalar: str) -> str:
        """What the document calls a scalar of federation."""
        return self.federation.type_name(scalar) if self.federation else f"_{scalar}"


def schema_nodes(
    document: DocumentNode,
) -> Iterator[SchemaDefinitionNode | SchemaExtensionNode]:
    """The `schema` definition and its extensions."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield node


def resolve_links(document: DocumentNode) -> tuple[Linking, list[Problem]]:
    """The links of a document, and what is wrong with them."""
    directives = [d for node in schema_nodes(document) for d in node.directives or ()]
    link_name = link_directive_name(directives)
    links, problems = _parse_links(directives, link_name)
    federation = next((k for k in links if k.url.identity == FEDERATION_IDENTITY), None)
    version = (federation.url.version or (0, 0)) if federation else FEDERATION_1
    if federation and not (2, 0) <= version <= LATEST_FEDERATION:
        newest = ".".join(map(str, LATEST_FEDERATION))
        problems.append(
            (
                ErrorCode.UNKNOWN_FEDERATION_LINK_VERSION,
                f"{federation.url.text} is no version of federation that is known here: "
                f"link one from v2.0 to v{newest}",
            )
        )
        version = LATEST_FEDERATION
    names = _directive_names(federation, version)
    for link in links:
        _rename_linked(link, names)
    problems += [p for link in links for p in _unknown_imports(link, version)]
    return Linking(tuple(links), federation, version, names, link_name), problems


def _parse_links(
    directives: Sequence[DirectiveNode], link_name: str
) -> tuple[list[Link], list[Problem]]:
    links: list[Link] = []
    problems: list[Problem] = []
    for directive in directives:
        if directive.name.value != link_name:
            continue
        try:
            link = parse_link(directive)
        except InvalidLink as error:
            problems.append((ErrorCode.INVALID_LINK_DIRECTIVE_USAGE, str(error)))
            continue
        if any(link.url.identity == other.url.identity for other in links):
            problems.append(
                (
                    ErrorCode.INVALID_LINK_DIRECTIVE_USAGE,
                    f"{link.url.identity} is linked twice: keep one @link",
                )
            )
        refused = _REFUSED_SPECIFICATIONS.get(link.url.identity)
        if refused:
            problems.append(
                (
                    ErrorCode.UNSUPPORTED_FEATURE,
                    f"{link.url.text}: {refused} are not supported by this composer: "
                    "remove the @link and its directives",
                )
            )
        links.append(link)
    return links, problems


def _directive_names(federation: Link | None, version: Version) -> dict[str, str]:
    if federation is None:
        return {name: name for name in FEDERATION_1_DIRECTIVES}
    return {
        federation.directive_name(spec.name): spec.name
        for spec in FEDERATION_DIRECTIVES.values()
        if spec.since <= version
    }


def _rename_linked(link: Link, names: dict[str, str]) -> None:
    """Directives such as `@tag` may come from a specification of their own."""
    for canonical in _carried_by(link):
        for local in [local for local, name in names.items() if name == canonical]:
            del names[local]
        names[link.directive_name(canonical)] = canonical


def _carried_by(link: Link) -> list[str]:
    if not link.url.identity.startswith(_OWN_SPECIFICATIONS):
        return []
    return [name for name, spec in CARRIED.items() if spec.name == link.url.name]


def _unknown_imports(link: Link, version: Version) -> Iterator[Problem]:
    if link.url.identity == FEDERATION_IDENTITY:
        directives = [s for s in FEDERATION_DIRECTIVES.values() if s.since <= version]
        scalars: Sequence[str] = FEDERATION_SCALARS
    else:
        directives = [FEDERATION_DIRECTIVES[name] for name in _carried_by(link)]
        scalars = [s for spec in directives for s in spec.scalars()]
        if not directives:
            return
    known = {f"@{spec.name}" for spec in directives} | set(scalars)
    for element in link.imports:
        if element not in known:
            yield (
                ErrorCode.INVALID_LINK_DIRECTIVE_USAGE,
                f"{link.url.text} has no element {element} to import: correct its name, or link "
                "a version that has it",
            )
