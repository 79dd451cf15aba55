"""The list of rules names tests that exist."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"`(?P<file>[\w/]+\.py)(?:::(?P<test>\w+))?` \|$", re.MULTILINE)


def test_every_test_of_the_list_exists() -> None:
    rules = (Path(__file__).parent / "README.md").read_text()
    rows = [line for line in rules.splitlines() if line.startswith("| ") and "`" in line]
    named = NAMED.findall(rules)
    assert len(named) == len(rows)
    for file, test in named:
        tree = ast.parse((TESTS / file).read_text())
        functions = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not test or test in functions, f"{file}::{test}"
