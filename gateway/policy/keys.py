"""The public keys that tokens are verified with, and the one algorithm of each."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK

# By type and curve: the algorithms that there are for a key, of which the first is meant where the
# key does not say. Secrets (`oct`) are none: who may verify with one could sign with it too.
_ALGORITHMS: Final[Mapping[tuple[str, str | None], tuple[str, ...]]] = {
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
}
# NIST SP 800-131A: shorter ones can be broken.
_SHORTEST_RSA_BITS: Final = 2_048


class VerificationKeys:
    """The signing keys of a JSON Web Key Set (RFC 7517).

    Others in it are passed over, as section 5 asks: those of unknown types, incomplete ones, those
    for another use, secrets, and RSA keys that are too short.
    """

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys = [key for each in jwks["keys"] for key in _read(each)]

    def __len__(self) -> int:
        return len(self._keys)

    def of(self, token: str) -> PyJWK:
        """The key that a token names, or the only one for its algorithm where it names none.

        The key decides on the algorithm (RFC 8725, section 3.1); what the token says only tells
        keys of one name apart. Raises jwt.PyJWTError.
        """
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        found = [
            key
            for name, key in self._keys
            if key.algorithm_name == algorithm and (kid is None or kid == name)
        ]
        if not found or (kid is None and len(found) > 1):
            raise jwt.InvalidKeyError("no key for this token")
        return found[0]


def _read(jwk: Any) -> Iterator[tuple[Any, PyJWK]]:
    if not isinstance(jwk, Mapping):
        return
    kind = jwk.get("kty")
    known = _ALGORITHMS.get((str(kind), None if kind == "RSA" else str(jwk.get("crv"))))
    if known is None or jwk.get("use", "sig") != "sig":
        return
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return
    algorithm = jwk.get("alg", known[0])
    if algorithm not in known:
        return
    try:
        key = PyJWK(dict(jwk), algorithm=algorithm)
    except jwt.PyJWTError:
        return
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _SHORTEST_RSA_BITS:
        return
    yield jwk.get("kid"), key
