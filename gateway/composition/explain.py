"""Errors and hints of a composition as a person would want to read them."""

from collections.abc import Iterator, Sequence
from textwrap import fill

from gateway.composition.errors import CompositionError, Hint

_WIDTH = 100


def explain(found: Sequence[CompositionError | Hint]) -> str:
    """One paragraph for each: its code, where it is, and what to do; by place, then by code."""
    ordered = sorted(found, key=lambda each: (each.coordinate or "", each.subgraphs, each.code))
    return "\n\n".join("\n".join(_paragraph(each)) for each in ordered)


def _paragraph(found: CompositionError | Hint) -> Iterator[str]:
    where = f" at {found.coordinate}" if found.coordinate else ""
    yield f"{found.code}{where}, in {_listed(found.subgraphs)}"
    text = found.message.removeprefix(f"[{', '.join(found.subgraphs)}] ")
    if found.coordinate:
        text = text.removeprefix(f"{found.coordinate}: ")
    for line in text.splitlines():
        # A query that shows the error stays as it is.
        indent = "  " + line[: len(line) - len(line.lstrip())]
        yield fill(
            line.strip(),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "no single subgraph"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
