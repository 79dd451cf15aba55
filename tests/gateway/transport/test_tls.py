"""Subgraphs over TLS: only those whose certificate is trusted, and for that name."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.transport.dial import trusted
from gateway.transport.http import HttpSettings
from gateway.transport.protocol import SubgraphUnavailable
from gateway.transport.retry import RetrySettings
from tests.gateway.transport.serving import request
from tests.gateway.transport.wire import Peer, response, wired

ONCE = HttpSettings(retry=RetrySettings(attempts=1))
URL = "https://127.0.0.1:{port}/graphql"


async def answer(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.say(response(b'{"data":{"a":"%s"}}' % (b"x" * 300_000)))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """One for 127.0.0.1 that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "subgraph")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, certificate: tuple[Path, ssl.SSLContext]) -> None:
    """As an operator would say it, for OpenSSL and whatever is built on it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    trusted.cache_clear()
    yield
    trusted.cache_clear()


@pytest.mark.usefixtures("trust")
async def test_a_trusted_subgraph(certificate: tuple[Path, ssl.SSLContext]) -> None:
    async with wired(answer, ONCE, url=URL, tls=certificate[1]) as (transport, wire):
        for _ in range(3):
            assert await transport.execute(request()) == {"data": {"a": "x" * 300_000}}
        assert wire.connections == 1


async def test_an_unknown_certificate(certificate: tuple[Path, ssl.SSLContext]) -> None:
    async with wired(answer, ONCE, url=URL, tls=certificate[1]) as (transport, _):
        with pytest.raises(SubgraphUnavailable, match="self-signed certificate"):
            await transport.execute(request())


@pytest.mark.usefixtures("trust")
async def test_a_certificate_for_another_name(certificate: tuple[Path, ssl.SSLContext]) -> None:
    url = "https://localhost:{port}/graphql"
    async with wired(answer, ONCE, url=url, tls=certificate[1]) as (transport, _):
        with pytest.raises(SubgraphUnavailable, match="not valid for 'localhost'"):
            await transport.execute(request())
