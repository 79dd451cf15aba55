"""Opens connections: to whichever address of a host answers first, over TLS where asked."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from aiohappyeyeballs import start_connection

from gateway.transport.retry import Transient

# Seconds that an address has before the next is tried beside it (RFC 8305, section 5).
_HEAD_START: Final = 0.25

P = TypeVar("P", bound=asyncio.Protocol)


async def dial(
    make: Callable[[], P], host: str, port: int, tls: ssl.SSLContext | None, seconds: float
) -> P:
    """The protocol of a new connection. Raises Transient where there is none within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await _connected(make, host, port, tls)
    except TimeoutError as error:
        raise Transient(f"no connection within {seconds:g} s") from error
    except (OSError, UnicodeError) as error:
        raise Transient(f"no connection to {host}:{port}: {error!r}") from error


async def _connected(make: Callable[[], P], host: str, port: int, tls: ssl.SSLContext | None) -> P:
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # uvloop tries one address after the other, each until the system gives up.
    opened = await start_connection(addresses, happy_eyeballs_delay=_HEAD_START, interleave=1)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _, protocol = await loop.create_connection(
            make, sock=opened, ssl=tls, server_hostname=host if tls else None
        )
    except BaseException:
        opened.close()
        raise
    return protocol


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """What the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
