"""Small checks on the syntax tree: what a linter cannot know of this house."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "events", "subgraphs", "gateway", "souk", "tests", "bench")
VAGUE = {"utils", "helpers", "common", "manager", "misc"}
IGNORE = re.compile(r"# ?(noqa|type: ?ignore)")
EXPLAINED = re.compile(r"# ?(noqa: [A-Z]+\d+|type: ?ignore\[[\w, -]+\])[ #`_]+\w")
LONGEST_SLEEP = 0.1


@dataclass(frozen=True, slots=True)
class Source:
    """A module: its path from the root, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def room(self) -> str | None:
        """The agent whose room this is in."""
        parts = self.path.parts
        return (
            parts[1] if parts[0] == "subgraphs" and len(parts) > 2 and parts[1] != "kit" else None
        )


Rule = Callable[[Source], Iterator[str]]


def parse(path: str, text: str) -> Source:
    return Source(Path(path), text, ast.parse(text))


def sources() -> Iterator[Source]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield parse(str(path.relative_to(ROOT)), path.read_text())


def clear_name(source: Source) -> Iterator[str]:
    """A module is named for what is in it."""
    if source.path.stem in VAGUE:
        yield f"{source.path}: say in the name what is in it"


def says_what_it_owns(source: Source) -> Iterator[str]:
    """Every module that has content begins with a docstring of a few lines."""
    if not source.tree.body or "versions" in source.path.parts:
        return
    text = ast.get_docstring(source.tree)
    if not text:
        yield f"{source.path}: no docstring"


def sql_in_repositories(source: Source) -> Iterator[str]:
    """In a room only the repository knows SQL."""
    if source.room is None or any("repository" in part for part in source.path.parts):
        return
    for node in ast.walk(source.tree):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if any(name.split(".")[0] == "sqlalchemy" for name in names):
            yield f"{source.path}:{node.lineno}: SQL belongs into the repository"  # type: ignore[attr-defined]  # imports have lines


def no_formatted_sql(source: Source) -> Iterator[str]:
    """`text()` never gets an f-string: values are parameters."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "text"
            and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
            and source.path.parts[0] != "tests"
        ):
            yield f"{source.path}:{node.lineno}: SQL from an f-string"


def ignores_have_reasons(source: Source) -> Iterator[str]:
    """Every ignore names its code and says why."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if IGNORE.search(line) and not EXPLAINED.search(line):
            yield f"{source.path}:{number}: an ignore without its reason"


def no_long_sleeps(source: Source) -> Iterator[str]:
    """A test waits for something, never for time to pass."""
    if source.path.parts[0] != "tests":
        return
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "sleep"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, int | float)
            and node.args[0].value > LONGEST_SLEEP
        ):
            yield f"{source.path}:{node.lineno}: sleeps for {node.args[0].value} s"


RULES: tuple[Rule, ...] = (
    clear_name,
    says_what_it_owns,
    sql_in_repositories,
    no_formatted_sql,
    ignores_have_reasons,
    no_long_sleeps,
)
