"""Follows the supergraph file: what is good is taken over, what is broken is refused."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

from gateway.configuration.settings import Settings
from gateway.execution.engine import OnDefect
from gateway.standalone.problems import Problem
from gateway.standalone.supergraph import Loaded, digest, load, unknown_subgraphs
from gateway.standalone.swap import SwappableGateway
from gateway.standalone.watched import WatchedFile

_LOGGER = logging.getLogger("gateway.supergraph")


class Reloader:
    """Each change is tried once; until one is good, the last good supergraph serves."""

    def __init__(
        self,
        gateway: SwappableGateway,
        file: WatchedFile,
        path: Path,
        settings: Settings,
        on_defect: OnDefect | None,
    ) -> None:
        self._gateway = gateway
        self._file = file
        self._path = path
        self._settings = settings
        self._on_defect = on_defect
        self._refused: str | None = None

    async def follow(self) -> None:
        """Looks again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(self._settings.supergraph.reload.poll_interval)
            await self.look()

    async def look(self) -> None:
        """Takes over what has changed. Never raises; says in the log what it did."""
        started = time.perf_counter()
        try:
            text = await asyncio.to_thread(self._file.changed)
            if text is None:
                return
            if digest(text) == self._gateway.loaded.digest:
                self._refused = None  # back to what is served already
                return
            loaded = await asyncio.to_thread(load, text, self._settings, on_defect=self._on_defect)
        except Problem as problem:
            self._refuse(str(problem))
            return
        self._refused = None
        warmed = await self._warm(loaded)
        self._gateway.swap(loaded)
        self._tell(loaded, warmed, time.perf_counter() - started)

    async def _warm(self, loaded: Loaded) -> int:
        """The number of documents of which everything is planned already."""
        warmed = 0
        masks = self._gateway.loaded.gateway.masks()
        most = self._settings.supergraph.query_planning.warmed_up_queries
        for document in self._gateway.most_used(most):
            try:
                warmed += not await loaded.gateway.warm([document], masks)
            except Exception as error:  # boundary: who asks it will be told
                _LOGGER.error("defect", exc_info=error)
        return warmed

    def _refuse(self, reason: str) -> None:
        if reason != self._refused:  # a file that stays away is no news
            self._refused = reason
            fields = {"file": str(self._path), "reason": reason}
            _LOGGER.error("supergraph refused", extra={"fields": fields})

    def _tell(self, loaded: Loaded, warmed: int, seconds: float) -> None:
        fields: dict[str, Any] = {
            "supergraph": loaded.digest,
            "subgraphs": sorted(loaded.transports),
            "warmed": warmed,
            "duration_ms": round(seconds * 1000, 3),
        }
        _LOGGER.info("supergraph reloaded", extra={"fields": fields})
        for unknown in unknown_subgraphs(self._settings, loaded):
            _LOGGER.warning("unknown subgraph", extra={"fields": {"reason": unknown}})
