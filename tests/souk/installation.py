"""An installation in a folder of its own, run by the real commands, and asked over HTTP."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from souk import running
from souk.keys import signing_key
from souk.tokens import issue, person
from tests.souk.programs import environment, until


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    url: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """GET, or POST where there is a body, on a connection that is closed at once."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET" if body is None else "POST", path, body, dict(headers or {}))
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, named, answer.read())
    finally:
        connection.close()


def souk(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "souk", *arguments, "--data-dir", str(folder)],
        check=False,
        capture_output=True,
        cwd=folder.parent,
        env=environment(**variables),
        text=True,
    )


@dataclass
class Installation:
    """`folder` is its data folder; `starts` counts the logs, of which each start has its own.

    `variables` are what its environment says of Souk.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    tokens: dict[tuple[str, str | None], str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder.parent / f"log.{self.starts}"

    def start(self) -> None:
        """`souk up` on a free port; returns when it has announced itself."""
        self.starts += 1
        self.process = self._popen("up", "--port", "0", log=self.log)
        until(lambda: self._dead() or running.ready(self.folder / "run") is not None)
        ready = running.ready(self.folder / "run")
        assert ready is not None, self.log.read_text()
        self.url = ready.url

    def terminate(self) -> int:
        """SIGTERM, as every supervisor sends it; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    @contextmanager
    def serving(self, agent: str) -> Iterator[str]:
        """`souk serve` of one agent on a free port beside the platform; its URL."""
        log = self.folder.parent / f"log.{agent}"
        process = self._popen("serve", agent, "--port", "0", log=log)
        said = f"The {agent} agent answers at "
        try:
            until(lambda: process.poll() is not None or said in log.read_text())
            [line] = [line for line in log.read_text().splitlines() if line.startswith(said)]
            yield line.removeprefix(said).removesuffix("/graphql")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.wait()

    def graphql(
        self,
        query: str,
        role: str | None = None,
        subject: str | None = None,
        url: str | None = None,
        **headers: str,
    ) -> Response:
        """One operation, anonymously unless a role is named."""
        given = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if role is not None:
            given["authorization"] = f"Bearer {self.token(role, subject)}"
        return send(url or self.url, "/graphql", json.dumps({"query": query}).encode(), given)

    def token(self, role: str, subject: str | None = None) -> str:
        if (role, subject) not in self.tokens:
            key = signing_key(self.folder / "keys")
            self.tokens[role, subject] = issue(key, person(role, subject, ()))
        return self.tokens[role, subject]

    def lines(self) -> list[dict[str, Any]]:
        """The structured lines of the log so far."""
        return [
            json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")
        ]

    def close(self) -> None:
        """For a test that fails half-way; who still runs has its database stopped, too."""
        if self.process is not None and self.process.poll() is None:
            self.terminate()

    def _dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _popen(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "souk", *arguments, "--data-dir", str(self.folder)]
        with log.open("wb") as out:
            return subprocess.Popen(
                command,
                cwd=self.folder.parent,
                env=environment(**self.variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
