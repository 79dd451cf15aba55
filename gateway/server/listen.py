"""The listening socket, bound before anything else is started."""

import errno
import socket
from typing import Final

_BACKLOG: Final = 2_048
_LAST_PORT: Final = 65_535


class CannotListen(Exception):
    """There is no such address to listen on, or no right to. The message is for the operator."""


class PortTaken(CannotListen):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is taken by another program: stop it, or choose another port."
        )
        self.host = host
        self.port = port


def listen(host: str, port: int) -> socket.socket:
    """A socket that already listens, so that nobody else gets the port; port 0 takes a free one.

    Raises PortTaken, or CannotListen for any other reason.
    """
    # getaddrinfo would take 65536 for 0.
    if not 0 <= port <= _LAST_PORT:
        raise CannotListen(f"Cannot listen on {host} port {port}: there is no such port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise CannotListen(f"Cannot listen on {host} port {port}: {error}.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        # A port in TIME_WAIT after a restart is free; one that somebody listens on is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise CannotListen(f"Cannot listen on {host} port {port}: {error}.") from error
    listener.setblocking(False)
    return listener
