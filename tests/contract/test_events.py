"""No catalog that was ever committed is broken by today's, and handlers do what the domain says."""

import json
import subprocess
from pathlib import Path

import pytest

from events.compatibility import breaks
from events.published import FILE, document
from models.migrations.run import AGENTS
from subgraphs.kit import Role
from subgraphs.kit.handlers import handled
from tests.events.domain import CONSUMES, TRIGGERS
from tests.platform import subgraph_of

ROOT = Path(__file__).parents[2]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no history: this is no checkout")
def test_no_catalog_that_was_committed_is_broken_by_this_one() -> None:
    """Raise the version of an event that changes, and declare how the former one is upgraded."""
    path = FILE.relative_to(ROOT).as_posix()
    commits = _git("log", "--format=%H", "--diff-filter=AM", "--", path).split()
    for commit in commits:
        assert breaks(json.loads(_git("show", f"{commit}:{path}")), document()) == [], commit


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_hears_only_of_what_the_domain_says(agent: str) -> None:
    handlers = subgraph_of(agent).handlers
    assert handled(handlers) <= CONSUMES[agent]
    acting = [each for each in handlers if each.role is Role.TRIGGER]
    assert handled(acting) <= TRIGGERS[agent]
