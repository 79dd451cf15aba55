"""Writes `broken.jsonl`: every rule at every line of every base that it fits and breaks."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tests.gateway.composition.corpus.bases import BASES
from tests.gateway.composition.corpus.broken import FILE, Broken, codes_of

_FIELD: Final = r"^(  \w+(?:\([^)]*\))?: [\w!\[\]]+)(.*)$"
_ROOM: Final = 2
"""Of what a rule breaks in one way, this many are kept per base; of bad GraphQL, one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a line is to look like, and what becomes of it (as `re.sub` takes both)."""

    pattern: str
    replacement: str


RULES: Final = (
    # what is taken away
    Rule(r" @shareable", ""),
    Rule(r" @external", ""),
    Rule(r" @interfaceObject", ""),
    Rule(r" @inaccessible", ""),
    Rule(r' @key\(fields: "\w+"\)', ""),
    Rule(r" implements \w+", ""),
    Rule(r" = \S+?([,)])", r"\1"),
    Rule(r"^  \w+.*$", ""),
    Rule(r"^}$", ""),
    Rule(r'"@(key|external|shareable|requires|override)", ', ""),
    # what is called otherwise
    Rule(r'(@key\(fields: )"\w+', r'\1"nope'),
    Rule(r'(@(?:requires|provides)\(fields: )"\w+', r'\1"nope'),
    Rule(r'(from: )"\w+"', r'\1"nobody"'),
    Rule(r"\bfederation/v2.9", "federation/v9.9"),
    Rule(r": \[?(Product|Review|User|Author|Media|Order)\b", r": Missing"),
    # what is of another type or kind
    Rule(r": (Int|Float)\b", ": String"),
    Rule(r": String\b", ": Int"),
    Rule(r": ID!", ": Int!"),
    Rule(r": (\w+)$", r": [\1]"),
    Rule(r"^type (\w+)", r"interface \1"),
    Rule(r"^type (\w+)", r"input \1"),
    Rule(r"^interface (\w+)", r"type \1"),
    Rule(r"^input (\w+)", r"type \1"),
    Rule(r"^scalar (\w+)", r"enum \1 { A }"),
    Rule(r"= (\w+) \| (\w+)", r"= \1 | Kind"),
    Rule(r"^  BOOK", "  BOX"),
    Rule(r"= (\d)", r"= 1\1"),
    Rule(r"= false", "= true"),
    # what is added
    Rule(r"^  (\w+): ", r"  \1(must: Int!): "),
    Rule(r"^  (\w+): ", r"  \1(may: Int = 1): "),
    Rule(_FIELD, r"\1 @external\2"),
    Rule(_FIELD, r'\1 @requires(fields: "id")\2'),
    Rule(_FIELD, r'\1 @requires(fields: "{")\2'),
    Rule(_FIELD, r'\1 @requires(fields: "__typename @skip(if: true)")\2'),
    Rule(_FIELD, r'\1 @provides(fields: "id")\2'),
    Rule(_FIELD, r'\1 @provides(fields: "nope")\2'),
    Rule(_FIELD, r'\1 @override(from: "payroll")\2'),
    Rule(_FIELD, r'\1 @override(from: "products")\2'),
    Rule(_FIELD, r'\1 @override(from: "stock", label: "percent(200)")\2'),
    Rule(_FIELD, r"\1 @inaccessible\2"),
    Rule(_FIELD, r"\1 @authenticated\2"),
    Rule(_FIELD, r"\1 @nowhere\2"),
    Rule(_FIELD, r"\1 @shareable @shareable\2"),
    Rule(_FIELD, r"\1 @listSize(assumedSize: -1)\2"),
    Rule(_FIELD, r'\1 @listSize(slicingArguments: ["nope"])\2'),
    Rule(_FIELD, r"\1 @cost(weight: 1)\2"),
    Rule(r"^  (\w+: \w+!?)$", r"  \1 \1"),
    Rule(r"^(type \w+[^{]*) \{", r"\1 @inaccessible {"),
    Rule(r"^(type \w+[^{]*) \{", r"\1 @interfaceObject {"),
    Rule(r"^(type \w+[^{]*) \{", r'\1 @key(fields: "nope") {'),
    Rule(r"^(type \w+[^{]*) \{", r'\1 @key(fields: "id { deep }") {'),
    Rule(r"^(type \w+[^{]*) \{", r'\1 @key(fields: "... on Query { me }") {'),
    Rule(r"^(type \w+[^{]*) \{", r'\1 @key(fields: ["id"]) {'),
    Rule(r"^(type \w+[^{]*) \{", r"\1 implements Nothing {"),
    Rule(r"^(interface \w+[^{]*) \{", r"\1 @authenticated {"),
    Rule(r"^(input \w+[^{]*|enum \w+) \{", r"\1 @inaccessible {"),
    Rule(r"^(input \w+) \{", r"\1 { must: Int!"),
    Rule(r"^type Query", "type Root"),
    Rule(r"^type Query", "schema { query: Root } type Root { one: Int } type Query"),
    Rule(r"^extend schema", '@link(url: "nothing") extend schema'),
    Rule(r"^extend schema", 'extend schema @link(url: "https://example.org/x/v1.0" nope: 1)'),
    Rule(r"^extend schema", 'extend schema @composeDirective(name: "@nope")'),
    Rule(r"^extend schema", 'extend schema @composeDirective(name: "nope")'),
)


def main() -> None:
    """Writes what is broken; a rule's further cases of the same codes only so often."""
    seen: Counter[tuple[str, int, tuple[str, ...]]] = Counter()
    written: dict[str, Broken] = {}
    for number, rule in enumerate(RULES):
        for made in _changes(rule):
            codes = codes_of(made.subgraphs())
            seen[made.base, number, codes] += 1
            if codes and seen[made.base, number, codes] <= _room(codes):
                broken = replace(made, codes=codes)
                written.setdefault(broken.name, broken)
    FILE.write_text("".join(f"{each.written()}\n" for each in written.values()))


def _room(codes: tuple[str, ...]) -> int:
    return 1 if codes == ("INVALID_GRAPHQL",) else _ROOM


def _changes(rule: Rule) -> Iterator[Broken]:
    for base, subgraphs in BASES.items():
        for subgraph, sdl in subgraphs.items():
            for number, line in enumerate(sdl.split("\n")):
                for match in re.finditer(rule.pattern, line):
                    now = line[: match.start()] + match.expand(rule.replacement)
                    yield Broken(base, subgraph, number, line, now + line[match.end() :])


if __name__ == "__main__":
    main()
