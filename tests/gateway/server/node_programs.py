"""Installs the npm packages that tests run, once per lock file, into the git-ignored `.souk/`."""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from gateway.server.pages.node import NodeMissing, RegistryAway, install

_CACHE: Final = Path(__file__).parents[3] / ".souk" / "cache" / "node"


def installed(sources: Path) -> Path:
    """A folder with the files of `sources` and their packages.

    Skips the test where Node or the registry is not there; with SOUK_REQUIRE_ALL=1 it fails.
    """
    digest = sha256()
    for file in sorted(sources.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    target = _CACHE / digest.hexdigest()[:16]
    if target.exists():
        return target
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as name:
        made = Path(name) / "made"
        shutil.copytree(sources, made)
        try:
            install(made)
        except (NodeMissing, RegistryAway) as error:
            missing(f"the npm packages of {sources.name} cannot be installed: {error!r}"[:300])
        try:
            made.rename(target)
        except OSError:  # another test process was faster
            assert target.exists()
    return target


def missing(reason: str) -> None:
    """Something beyond Python that a test needs is not there."""
    if os.environ.get("SOUK_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
