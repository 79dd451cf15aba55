"""`@link`: which specifications a schema uses, and what their elements are called in it.

Source: the core schemas specification, https://specs.apollo.dev/link/v1.0.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DirectiveNode, StringValueNode, value_from_ast_untyped

Version = tuple[int, int]

LINK_IDENTITY = "https://specs.apollo.dev/link"

_VERSIONED = re.compile(r"^(?P<identity>.*?)/?v(?P<major>\d+)\.(?P<minor>\d+)/?$")


@dataclass(frozen=True, slots=True)
class SpecUrl:
    """`https://specs.apollo.dev/federation/v2.9`, taken apart.

    `identity` is the URL without the version, `name` its last path segment; `version` is None
    where the URL has none.
    """

    text: str
    identity: str
    name: str
    version: Version | None


@dataclass(frozen=True, slots=True)
class Link:
    """One `@link`. `imports` maps an element (`@key`, `FieldSet`) to its name in this schema."""

    url: SpecUrl
    prefix: str
    imports: Mapping[str, str] = field(default_factory=dict)

    def directive_name(self, directive: str) -> str:
        """The name, without `@`, of a directive of this specification in the linking schema."""
        imported = self.imports.get(f"@{directive}")
        if imported is not None:
            return imported[1:]
        return self.prefix if directive == self.url.name else f"{self.prefix}__{directive}"

    def type_name(self, name: str) -> str:
        """The name of a type of this specification in the linking schema."""
        return self.imports.get(name, f"{self.prefix}__{name}")

    def owns_directive(self, name: str) -> bool:
        """Whether the directive called `name` (without `@`) in the schema comes from this link."""
        return (
            f"@{name}" in self.imports.values()
            or name == self.prefix
            or name.startswith(f"{self.prefix}__")
        )

    def original_directive(self, name: str) -> str:
        """What the specification itself calls the directive known here as `name`; with `@`."""
        imported = next((e for e, local in self.imports.items() if local == f"@{name}"), None)
        if imported is not None:
            return imported
        return f"@{self.url.name if name == self.prefix else name.removeprefix(f'{self.prefix}__')}"


class InvalidLink(ValueError):
    """An `@link` that says nothing usable. The message says what and how to mend it."""


def parse_spec_url(text: str) -> SpecUrl:
    """Takes a specification URL apart; any string is accepted, a version is optional."""
    match = _VERSIONED.match(text)
    identity = (match["identity"] if match else text).rstrip("/")
    version = (int(match["major"]), int(match["minor"])) if match else None
    return SpecUrl(text, identity, identity.rsplit("/", 1)[-1], version)


def link_directive_name(directives: Iterable[DirectiveNode]) -> str:
    """What `@link` itself is called: a schema may link the link specification under a new name."""
    for directive in directives:
        arguments = _arguments(directive)
        url = arguments.get("url")
        if not isinstance(url, str) or parse_spec_url(url).identity != LINK_IDENTITY:
            continue
        try:
            link = parse_link(directive)
        except InvalidLink:
            continue
        if link.directive_name("link") == directive.name.value:
            return directive.name.value
    return "link"


def parse_link(directive: DirectiveNode) -> Link:
    """Reads one `@link`. Raises InvalidLink."""
    arguments = _arguments(directive)
    url = arguments.get("url")
    if not isinstance(url, str) or not url:
        raise InvalidLink('@link needs the argument "url" with the URL of a specification')
    spec = parse_spec_url(url)
    prefix = arguments.get("as")
    listed = arguments.get("import")
    if listed is not None and not isinstance(listed, list):
        raise InvalidLink(f'the argument "import" of @link to {url} must be a list')
    imports = dict(_parse_import(entry, url) for entry in listed or ())
    return Link(spec, prefix if isinstance(prefix, str) and prefix else spec.name, imports)


def _parse_import(entry: object, url: str) -> tuple[str, str]:
    if isinstance(entry, str):
        return entry, entry
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise InvalidLink(
            f'the import {entry!r} of @link to {url} must be a string or {{name: "...", as: "..."}}'
        )
    name = entry["name"]
    alias = entry.get("as") or name
    if not isinstance(alias, str) or name.startswith("@") != alias.startswith("@"):
        raise InvalidLink(
            f"the import {name} of @link to {url} cannot be renamed to {alias}: "
            'both names or neither must begin with "@"'
        )
    return name, alias


def _arguments(directive: DirectiveNode) -> dict[str, Any]:
    return {
        argument.name.value: (
            argument.value.value
            if isinstance(argument.value, StringValueNode)
            else value_from_ast_untyped(argument.value)
        )
        for argument in directive.arguments or ()
    }
