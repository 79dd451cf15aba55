"""The signing key: private, one for all, and published as a key set."""

import base64
import hashlib
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from souk.keys import jwks, signing_key
from souk.problems import Problem
from tests.souk.programs import environment

MAKER = """
import sys
from pathlib import Path
from souk.keys import signing_key
sys.stdin.read()
print(signing_key(Path(sys.argv[1])).kid)
"""


def test_only_the_owner_reads_the_key(tmp_path: Path) -> None:
    signing_key(tmp_path / "data" / "keys")
    keys = tmp_path / "data" / "keys"
    assert [file.name for file in keys.iterdir()] == ["signing.pem"]
    assert stat.S_IMODE((keys / "signing.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    assert signing_key(tmp_path).public_jwk() == signing_key(tmp_path).public_jwk()


def test_several_starters_get_one_key(tmp_path: Path) -> None:
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", MAKER, str(tmp_path / "keys")],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.close()
    kids = []
    for maker in makers:
        assert maker.stdout is not None
        kids.append(maker.stdout.read().strip())
        maker.stdout.close()
        assert maker.wait() == 0
    assert kids == [signing_key(tmp_path / "keys").kid] * 4
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["signing.pem"]


def test_the_key_set_holds_the_public_half_by_its_thumbprint(tmp_path: Path) -> None:
    (jwk,) = jwks(signing_key(tmp_path))["keys"]
    assert sorted(jwk) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    assert (jwk["alg"], jwk["crv"], jwk["kty"], jwk["use"]) == ("ES256", "P-256", "EC", "sig")
    assert [len(jwk[coordinate]) for coordinate in ("x", "y")] == [43, 43]
    # RFC 7638, section 3.2: these members, in this order, without white space.
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    digest = hashlib.sha256(canonical.encode()).digest()
    assert jwk["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path)
    file = tmp_path / "signing.pem"
    file.chmod(0o640)
    with pytest.raises(Problem) as problem:
        signing_key(tmp_path)
    assert str(problem.value) == (
        f"others may read the signing key {file}. Run `chmod 600 {file}`."
    )


def test_a_broken_key_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "signing.pem"
    file.touch(0o600)
    with pytest.raises(Problem, match=r"signing\.pem is not a signing key"):
        signing_key(tmp_path)
    assert file.read_bytes() == b""


def test_a_file_in_the_folders_place_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(Problem) as problem:
        signing_key(tmp_path / "keys")
    assert problem.value.what == (
        f"the data folder {tmp_path}/keys cannot be written (a file is in its way)"
    )
