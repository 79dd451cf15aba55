"""The keys that tokens are verified with: read once from a file, or fetched again and again."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson

from gateway.configuration.settings import Jwt
from gateway.policy.authentication import Authenticator, Claims
from gateway.policy.keys import VerificationKeys
from gateway.standalone.problems import Problem

_LOGGER = logging.getLogger("gateway.authentication")
_LARGEST: Final = 1_048_576
_SECONDS: Final = 5.0


class KeyedAuthenticator:
    """Verifies by the keys that were loaded last. `folder` is that of the settings file."""

    def __init__(self, settings: Jwt, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._text = b""
        self._current: Authenticator | None = None

    def authenticate(self, authorization: str | None) -> Claims | None:
        """See `Authenticator.authenticate`."""
        assert self._current is not None  # noqa: S101 serving begins after `load`
        return self._current.authenticate(authorization)

    async def load(self) -> None:
        """Raises Problem where there are no keys to be had; those from before stay."""
        jwks = self._settings.jwks
        where = jwks.url or str(self._folder / (jwks.file or ""))
        try:
            text = await (_fetched(where) if jwks.url else asyncio.to_thread(_read, where))
            if text != self._text:
                self._current = self._authenticator(orjson.loads(text))
                self._text = text
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            raise Problem(f"the keys of {where} cannot be read: {error!r}") from error
        except Exception as error:  # boundary: there are many ways to be no key set
            raise Problem(
                f"{where} is no JSON Web Key Set with a public key for signatures"
            ) from error

    async def follow(self) -> None:
        """Loads again and again, until it is cancelled; returns at once for a file."""
        while self._settings.jwks.url is not None:
            await asyncio.sleep(self._settings.jwks.poll_interval)
            try:
                await self.load()
            except Problem as problem:
                _LOGGER.error("keys refused", extra={"fields": {"reason": str(problem)}})

    def _authenticator(self, jwks: Any) -> Authenticator:
        if not VerificationKeys(jwks):
            raise ValueError("no key that could verify anything")
        return Authenticator(jwks, issuer=self._settings.issuer, audience=self._settings.audience)


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


async def _fetched(url: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
        response.raise_for_status()
        text = await response.content.read(_LARGEST)
        while len(text) < _LARGEST and (chunk := await response.content.read(_LARGEST)):
            text += chunk
        return text
