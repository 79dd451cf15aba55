"""The benchmark itself, as `make bench` runs it, on a small page."""

import json
import subprocess
import sys
from pathlib import Path

from tests.souk.programs import ROOT, environment


def test_every_server_gives_the_same_page(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    small = ("--requests", "2", "--rounds", "1", "--products", "3", "--orders", "2")
    command = [sys.executable, "-m", "bench.page_query", *small, "--json", str(file)]

    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    assert (report["page"]["products"], report["page"]["orders"]) == (3, 2)
    assert (report["rounds"], report["requests_per_round"]) == (1, 2)
    found = {each["name"]: each["statements_per_request"] for each in report["results"]}
    assert found == {
        "gateway, four agents": 8,
        "monolith, as shipped": 8,
        "monolith, with caches": 8,
        "by hand (the floor)": 6,
    }
    assert [each["requests"] for each in report["results"]] == [2, 2, 2, 2]
