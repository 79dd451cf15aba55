"""The installation's signing key (ES256): made once in the data folder, published as a key set."""

import base64
import hashlib
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from souk import private
from souk.problems import Problem

FILE = "signing.pem"
ALGORITHM = "ES256"
COORDINATE_BYTES = 32

Jwk = dict[str, str]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key; ``kid`` is the thumbprint of its public half (RFC 7638)."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    kid: str

    def public_jwk(self) -> Jwk:
        """The public half as a JSON Web Key (RFC 7517)."""
        return _public(self.key) | {"kid": self.kid, "alg": ALGORITHM, "use": "sig"}


def jwks(*keys: SigningKey) -> dict[str, list[Jwk]]:
    """The JSON Web Key Set that ``/.well-known/jwks.json`` serves."""
    return {"keys": [key.public_jwk() for key in keys]}


def signing_key(folder: Path) -> SigningKey:
    """The key in ``folder``, made if there is none; of several processes at once all get one key.

    Raises Problem where the folder cannot be written, or others could read the key.
    """
    file = folder / FILE
    try:
        if not file.exists():
            private.make_folder(folder)
            private.create(file, _new())
        _require_private(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise private.unwritable(folder, error) from error
    except (ValueError, TypeError) as error:
        raise _broken(file) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _broken(file)
    return SigningKey(key, _thumbprint(key))


def _new() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _require_private(file: Path) -> None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise Problem(f"others may read the signing key {file}", f"Run `chmod 600 {file}`")


def _broken(file: Path) -> Problem:
    return Problem(
        f"{file} is not a signing key",
        "Restore it from a backup, or move it away: a new key is made and every token ends",
    )


def _public(key: ec.EllipticCurvePrivateKey) -> Jwk:
    numbers = key.public_key().public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def _coordinate(number: int) -> str:
    return _base64(number.to_bytes(COORDINATE_BYTES, "big"))


def _thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    # RFC 7638, section 3: the required members only, sorted, without white space.
    canonical = json.dumps(_public(key), separators=(",", ":"), sort_keys=True)
    return _base64(hashlib.sha256(canonical.encode()).digest())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
