"""Keys and tokens for tests."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER: Final = "https://issuer.test"
AUDIENCE: Final = "souk"
NOW: Final = 1_800_000_000


@dataclass
class Clock:
    """Unix seconds that stand still until a test moves them."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Signer:
    """A key pair with its id."""

    kid: str = "key-1"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def jwk(self) -> dict[str, Any]:
        public = json.loads(ECAlgorithm.to_jwk(self.private.public_key()))
        return {**public, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def token(self, *, kid: str | None = "", without: str = "", **claims: Any) -> str:
        """A token that is good for 300 s, but for what is given."""
        payload = {"iss": ISSUER, "aud": AUDIENCE, "sub": "cus_1", "exp": NOW + 300, **claims}
        payload.pop(without, None)
        chosen = self.kid if kid == "" else kid
        headers = {} if chosen is None else {"kid": chosen}
        return jwt.encode(payload, self.private, algorithm="ES256", headers=headers)


def jwks(*signers: Signer) -> dict[str, Any]:
    return {"keys": [signer.jwk for signer in signers]}
