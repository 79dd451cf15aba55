"""The directives and scalars of the federation specification, by version.

Source: https://specs.apollo.dev/federation/v2.12 and the specifications that it takes in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.spec.links import Version

FEDERATION_IDENTITY = "https://specs.apollo.dev/federation"
LATEST_FEDERATION: Version = (2, 12)
FEDERATION_SCALARS = ("FieldSet", "Scope", "Policy", "ContextFieldValue")


@dataclass(frozen=True, slots=True)
class ArgumentSpec:
    """`type` names the scalars of a specification in braces: `[[{Scope}!]!]!`."""

    name: str
    type: str
    default: str | None = None

    @property
    def required(self) -> bool:
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """A directive of federation and the version that it came with."""

    name: str
    since: Version
    arguments: tuple[ArgumentSpec, ...]
    locations: tuple[str, ...]
    repeatable: bool = False

    def definition(self, name: str, scalar: Callable[[str], str]) -> str:
        """SDL of the definition under a name; `scalar` gives the name of a scalar type."""
        names = {s: scalar(s) for s in FEDERATION_SCALARS}
        arguments = ", ".join(
            f"{a.name}: {a.type.format_map(names)}" + (f" = {a.default}" if a.default else "")
            for a in self.arguments
        )
        return (
            f"directive @{name}"
            + (f"({arguments})" if arguments else "")
            + (" repeatable" if self.repeatable else "")
            + f" on {' | '.join(self.locations)}"
        )

    def scalars(self) -> tuple[str, ...]:
        """The scalars that the arguments use."""
        return tuple(
            s for s in FEDERATION_SCALARS if any(f"{{{s}}}" in a.type for a in self.arguments)
        )


_ANYWHERE = (
    "FIELD_DEFINITION",
    "OBJECT",
    "INTERFACE",
    "UNION",
    "ARGUMENT_DEFINITION",
    "SCALAR",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
)
_PROTECTED = ("FIELD_DEFINITION", "OBJECT", "INTERFACE", "SCALAR", "ENUM")
_FIELDS = ArgumentSpec("fields", "{FieldSet}!")

FEDERATION_DIRECTIVES: dict[str, DirectiveSpec] = {
    spec.name: spec
    for spec in (
        DirectiveSpec(
            "key",
            (1, 0),
            (_FIELDS, ArgumentSpec("resolvable", "Boolean", "true")),
            ("OBJECT", "INTERFACE"),
            repeatable=True,
        ),
        DirectiveSpec("requires", (1, 0), (_FIELDS,), ("FIELD_DEFINITION",)),
        DirectiveSpec("provides", (1, 0), (_FIELDS,), ("FIELD_DEFINITION",)),
        DirectiveSpec(
            "external",
            (1, 0),
            (ArgumentSpec("reason", "String"),),
            ("OBJECT", "FIELD_DEFINITION"),
        ),
        DirectiveSpec("extends", (1, 0), (), ("OBJECT", "INTERFACE")),
        DirectiveSpec(
            "tag",
            (1, 0),
            (ArgumentSpec("name", "String!"),),
            (*_ANYWHERE, "SCHEMA"),
            repeatable=True,
        ),
        DirectiveSpec("inaccessible", (2, 0), (), _ANYWHERE),
        DirectiveSpec("shareable", (2, 0), (), ("OBJECT", "FIELD_DEFINITION"), repeatable=True),
        DirectiveSpec(
            "override",
            (2, 0),
            (ArgumentSpec("from", "String!"), ArgumentSpec("label", "String")),
            ("FIELD_DEFINITION",),
        ),
        DirectiveSpec(
            "composeDirective",
            (2, 1),
            (ArgumentSpec("name", "String"),),
            ("SCHEMA",),
            repeatable=True,
        ),
        DirectiveSpec("interfaceObject", (2, 3), (), ("OBJECT",)),
        DirectiveSpec("authenticated", (2, 5), (), _PROTECTED),
        DirectiveSpec(
            "requiresScopes", (2, 5), (ArgumentSpec("scopes", "[[{Scope}!]!]!"),), _PROTECTED
        ),
        DirectiveSpec("policy", (2, 6), (ArgumentSpec("policies", "[[{Policy}!]!]!"),), _PROTECTED),
        DirectiveSpec(
            "context",
            (2, 8),
            (ArgumentSpec("name", "String!"),),
            ("INTERFACE", "OBJECT", "UNION"),
            repeatable=True,
        ),
        DirectiveSpec(
            "fromContext",
            (2, 8),
            (ArgumentSpec("field", "{ContextFieldValue}"),),
            ("ARGUMENT_DEFINITION",),
        ),
        DirectiveSpec(
            "cost",
            (2, 9),
            (ArgumentSpec("weight", "Int!"),),
            (
                "ARGUMENT_DEFINITION",
                "ENUM",
                "FIELD_DEFINITION",
                "INPUT_FIELD_DEFINITION",
                "OBJECT",
                "SCALAR",
            ),
        ),
        DirectiveSpec(
            "listSize",
            (2, 9),
            (
                ArgumentSpec("assumedSize", "Int"),
                ArgumentSpec("slicingArguments", "[String!]"),
                ArgumentSpec("sizedFields", "[String!]"),
                ArgumentSpec("requireOneSlicingArgument", "Boolean", "true"),
            ),
            ("FIELD_DEFINITION",),
        ),
        DirectiveSpec(
            "cacheTag",
            (2, 12),
            (ArgumentSpec("format", "String!"),),
            ("INTERFACE", "OBJECT", "FIELD_DEFINITION"),
            repeatable=True,
        ),
    )
}

FEDERATION_1_DIRECTIVES = ("key", "requires", "provides", "external", "extends", "tag")
"""What a subgraph without a link to federation may use, under these very names."""


@dataclass(frozen=True, slots=True)
class CarriedSpec:
    """A specification whose directives the supergraph carries, and how it links it."""

    name: str
    version: str
    purpose: str | None = None


_SECURITY = "SECURITY"
_COST = CarriedSpec("cost", "v0.1")

CARRIED: dict[str, CarriedSpec] = {
    "tag": CarriedSpec("tag", "v0.3"),
    "inaccessible": CarriedSpec("inaccessible", "v0.2", _SECURITY),
    "authenticated": CarriedSpec("authenticated", "v0.1", _SECURITY),
    "requiresScopes": CarriedSpec("requiresScopes", "v0.1", _SECURITY),
    "policy": CarriedSpec("policy", "v0.1", _SECURITY),
    "cost": _COST,
    "listSize": _COST,
}
"""Federation directives that reach the supergraph by themselves, with their specification."""

AUTHORIZATION_DIRECTIVES = ("authenticated", "requiresScopes", "policy")
