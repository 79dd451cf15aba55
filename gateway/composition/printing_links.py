"""The `@link`s of a supergraph, and the definitions of the directives that they bring."""

from graphql import print_ast

from gateway.composition.merge.supergraph import ComposedDirective, Supergraph
from gateway.composition.schema import quoted
from gateway.spec.directives import CARRIED, FEDERATION_DIRECTIVES, CarriedSpec
from gateway.spec.join import JOIN_URL, JOIN_URL_WITH_LABELS, LINK_URL


def link_directives(supergraph: Supergraph) -> list[str]:
    """`@link` to link, join, the specifications in use, and those of composed directives."""
    join_url = JOIN_URL_WITH_LABELS if supergraph.labels else JOIN_URL
    return [
        f"@link(url: {quoted(LINK_URL)})",
        f"@link(url: {quoted(join_url)}, for: EXECUTION)",
        *(
            _link_of_spec(supergraph, spec, directives)
            for spec, directives in _specs_in_use(supergraph).items()
        ),
        *_links_of_composed(supergraph),
    ]


def definitions_of_links(supergraph: Supergraph) -> tuple[list[str], list[str]]:
    """SDL of the directives that the links bring, and the names of the scalars they use."""
    definitions: list[str] = []
    scalars: dict[str, None] = {}
    for spec, directives in _specs_in_use(supergraph).items():
        for directive in directives:
            definition = FEDERATION_DIRECTIVES[directive]
            name = supergraph.directive_names[directive]
            definitions.append(definition.definition(name, f"{spec.name}__{{}}".format))
            scalars.update(dict.fromkeys(f"{spec.name}__{s}" for s in definition.scalars()))
    definitions += [print_ast(found.definition) for found in supergraph.composed.values()]
    return definitions, list(scalars)


def _specs_in_use(supergraph: Supergraph) -> dict[CarriedSpec, list[str]]:
    used = {applied.name for applied in supergraph.carried() if applied.federation}
    specs: dict[CarriedSpec, list[str]] = {}
    for directive, spec in CARRIED.items():
        if directive in used:
            specs.setdefault(spec, []).append(directive)
    return specs


def _link_of_spec(supergraph: Supergraph, spec: CarriedSpec, directives: list[str]) -> str:
    imports = [
        _import(f"@{directive}", f"@{supergraph.directive_names[directive]}")
        for directive in directives
        if directive != spec.name or supergraph.directive_names[directive] != directive
    ]
    listed = f", import: [{', '.join(imports)}]" if imports else ""
    purpose = f", for: {spec.purpose}" if spec.purpose else ""
    url = f"https://specs.apollo.dev/{spec.name}/{spec.version}"
    return f"@link(url: {quoted(url)}{listed}{purpose})"


def _links_of_composed(supergraph: Supergraph) -> list[str]:
    by_url: dict[str, list[ComposedDirective]] = {}
    for found in supergraph.composed.values():
        by_url.setdefault(found.link.url.text, []).append(found)
    return [
        f"@link(url: {quoted(url)}, import: "
        f"[{', '.join(_import(d.original, f'@{d.name}') for d in directives)}])"
        for url, directives in by_url.items()
    ]


def _import(name: str, local: str) -> str:
    if name == local:
        return quoted(name)
    return f"{{name: {quoted(name)}, as: {quoted(local)}}}"
