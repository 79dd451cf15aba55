"""The listening socket, bound before anything else is started."""

import errno
import socket
from typing import Final

_BACKLOG: Final = 2_048
_LAST_PORT: Final = 65_535


class CannotListen(Exception):
    """There is no such address, or no right to it. The message is for the operator."""

    def __init__(self, host: str, port: int, message: str) -> None:
        super().__init__(message)
        self.host = host
        self.port = port


class PortTaken(CannotListen):
    """Another program listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that already listens, so that nobody else gets the port; port 0 takes a free one.

    Raises PortTaken, or CannotListen for any other reason.
    """
    # getaddrinfo would take 65536 for 0.
    if not 0 <= port <= _LAST_PORT:
        raise _unusable(host, port, "no such port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise _unusable(host, port, error.strerror) from error
    listener = socket.socket(family, kind, protocol)
    try:
        # A port in TIME_WAIT after a restart is free; one that somebody listens on is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} on {host} is taken by another program"
            mend = "stop it, or choose another port."
            raise PortTaken(host, port, f"{message}: {mend}") from error
        raise _unusable(host, port, error.strerror) from error
    listener.setblocking(False)
    return listener


def _unusable(host: str, port: int, reason: str | None) -> CannotListen:
    message = f"Cannot listen on {host} port {port} ({reason}): choose another address or port."
    return CannotListen(host, port, message)
