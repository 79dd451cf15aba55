"""Who is calling: verifies the bearer token of a request against a set of public keys."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

import jwt

from gateway.policy.keys import VerificationKeys

Claims = Mapping[str, Any]

UNAUTHENTICATED: Final = "UNAUTHENTICATED"
_REQUIRED: Final = ["exp", "iss", "aud", "sub"]
_LONGEST_TOKEN: Final = 8_192


class Unauthenticated(Exception):
    """There are credentials, and they are not good. The message is safe to show to the caller."""


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: Claims
    until: float


class Authenticator:
    """Verifies tokens (JWT) of one issuer for one audience.

    `jwks` is a JSON Web Key Set, see `VerificationKeys`.
    Verified tokens are remembered for at most `remember_seconds` and never past their expiry,
    and at most `remember_tokens` of them. `clock` gives Unix seconds.
    """

    def __init__(
        self,
        jwks: Mapping[str, Any],
        *,
        issuer: str,
        audience: str,
        remember_seconds: float = 60.0,
        remember_tokens: int = 4_096,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = VerificationKeys(jwks)
        self._issuer = issuer
        self._audience = audience
        self._remember_seconds = remember_seconds
        self._remember_tokens = remember_tokens
        self._clock = clock
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    def authenticate(self, authorization: str | None) -> Claims | None:
        """The claims of the Authorization header's token; None without a header: anonymous.

        Raises Unauthenticated when there is a header and it does not hold a valid token.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The authorization header must read: Bearer TOKEN.")
        if len(token) > _LONGEST_TOKEN:
            raise Unauthenticated("The token is too long.")
        if not token.isascii():
            raise Unauthenticated("The token is not valid.")
        # By digest, so that a memory dump holds no tokens.
        digest = sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is not None:
            if self._clock() < known.until:
                self._verified.move_to_end(digest)
                return known.claims
            del self._verified[digest]
        claims = self._verify(token)
        self._remember(digest, claims)
        return claims

    def _verify(self, token: str) -> Claims:
        try:
            key = self._keys.of(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                # Expiry is checked below, by the same clock that the memory uses.
                options={
                    "require": _REQUIRED,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidIssuerError:
            raise Unauthenticated("The token is from another issuer.") from None
        except jwt.InvalidAudienceError:
            raise Unauthenticated("The token is for another audience.") from None
        except jwt.PyJWTError:
            raise Unauthenticated("The token is not valid.") from None
        self._check_times(claims)
        # Shared by all requests that bear this token.
        return MappingProxyType(claims)

    def _check_times(self, claims: Claims) -> None:
        now = self._clock()
        expiry, not_before = claims["exp"], claims.get("nbf", 0)
        if not isinstance(expiry, int | float) or not isinstance(not_before, int | float):
            raise Unauthenticated("The token is not valid.")
        # NaN, which JSON as it is read here may hold, is neither later nor earlier.
        if not expiry > now:
            raise Unauthenticated("The token has expired.")
        if not not_before <= now:
            raise Unauthenticated("The token is not valid yet.")

    def _remember(self, digest: bytes, claims: Claims) -> None:
        until = min(claims["exp"], self._clock() + self._remember_seconds)
        self._verified[digest] = _Verified(claims, until)
        if len(self._verified) > self._remember_tokens:
            self._verified.popitem(last=False)
