"""Where npm's composer gives other codes than ours, and why ours are right: `differences.jsonl`."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("differences.jsonl")

REASONS: Final = {
    "npm-crashes": (
        "npm's composer throws an exception of its own (a type error, a stack overflow, an "
        "invalid URL); ours names the defect."
    ),
    "follows-from-the-version": (
        "A version of federation that nobody knows has no directives. npm goes on to report each "
        "use of one as unknown; ours reports the version, which is what has to be mended."
    ),
    "follows-from-the-field-set": (
        "npm adds that what the bad field set selects is not external. That follows from the "
        "field set, which ours reports alone; a subgraph with another one has no such error."
    ),
    "follows-from-the-interface": (
        "npm adds that the external field of an interface is unused. No use would be allowed "
        "there, so that ours reports only that interfaces have no external fields."
    ),
    "follows-from-the-kind": (
        "A type is of another kind in another subgraph. npm reports what follows from that (no "
        "base, no member of a union); ours the kind."
    ),
    "arguments-in-a-field-set": (
        "The field has an argument that must be given. npm says that a value is missing, though "
        "with a value it refuses arguments altogether; ours says the latter at once."
    ),
    "all-at-once": (
        "Ours reports every rule that the element breaks; npm only the first of them, so that "
        "the next appears when that one is mended."
    ),
    "label-that-is-none": (
        "npm's package accepts any label. The documentation of @override has percent(0) to "
        "percent(100), and names that begin with a letter; a router could not decide by others."
    ),
    "within-before-between": (
        "One defect is within the subgraph, another is that no other has the field. Ours stops "
        "after those within; npm finds the former while it merges, after the latter."
    ),
    "condition-in-federation-1": (
        "A condition in a field set has no meaning in Federation 1 either. npm drops the whole "
        "@requires of what it holds for no extension without looking into it."
    ),
    "unsupported": (
        "The directive belongs to a feature that our gateway does not have. Composed, it would "
        "be ignored without a word."
    ),
    "before-reachability": (
        "The key of the entity is external in the one subgraph that has the type. npm counts the "
        "interface object's field as another, and fails where it looks for a path."
    ),
    "unknown-condition": (
        "The key's condition names a type that does not exist. npm selects nothing there and "
        "composes; no such key can be sent."
    ),
    "argument-value": (
        "The value given in @requires is none of the argument's type. npm does not check it in "
        "this form; what it reports instead is true, too, and appears with ours when that is "
        "mended."
    ),
    "no-way-back": (
        "@requires needs a representation, and no key of the subgraph can be sent to it. npm "
        "composes what no gateway can plan."
    ),
    "nothing-to-take-over": (
        "The field is external where it is to be taken from, so that the label decides nothing: "
        "our supergraph has it in one subgraph, without a label, and every gateway finds it. npm "
        "looks for it in the source while the label is off."
    ),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` of the set, what npm says to it, and the key of the reason."""

    name: str
    npm: tuple[str, ...]
    why: str


def differences() -> dict[str, Difference]:
    found = {}
    for line in FILE.read_text().splitlines():
        values = json.loads(line)
        found[values["name"]] = Difference(values["name"], tuple(values["npm"]), values["why"])
    return found


def write(all_of_them: Iterable[Difference]) -> None:
    FILE.write_text("".join(f"{json.dumps(asdict(each))}\n" for each in all_of_them))
