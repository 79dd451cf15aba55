"""Gzip both ways; what comes in is never inflated beyond what may be read."""

import gzip
import zlib
from typing import Final

from gateway.transport.protocol import SubgraphUnavailable

_GZIP: Final = zlib.MAX_WBITS | 16
_FAST: Final = 1
# Below this a compressed request is hardly smaller, and always slower.
WORTH_COMPRESSING: Final = 1_024
# Nobody writes an answer in so many; empty ones would cost without end and never fill the cap.
_MOST_MEMBERS: Final = 1_000


def compressed(body: bytes) -> bytes:
    """The body as gzip, always the same for the same body."""
    return gzip.compress(body, _FAST, mtime=0)


class AnswerReader:
    """Puts the chunks of an answer together, inflated where its `content-encoding` is gzip.

    Raises SubgraphUnavailable as soon as the body is larger than `limit` bytes, before a bomb has
    gone off, or is not in the encoding that it declares.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._body: bytes | bytearray = b""
        self._size = 0
        self._members = 1
        self._limit = limit
        encoding = encoding.strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip"}:
            raise SubgraphUnavailable(f"answered in an encoding nobody asked for: {encoding!r}")
        self._inflater = zlib.decompressobj(_GZIP) if "gzip" in encoding else None

    def feed(self, chunk: bytes) -> None:
        if self._inflater is None:
            self._add(chunk)
            return
        while chunk:
            if self._inflater.eof:  # gzip may consist of several members, one after the other
                self._members += 1
                if self._members > _MOST_MEMBERS:
                    raise SubgraphUnavailable(f"the answer's gzip has over {_MOST_MEMBERS} members")
                self._inflater = zlib.decompressobj(_GZIP)
            try:
                # One byte more than may be read tells too much from just enough.
                self._add(self._inflater.decompress(chunk, self._limit - self._size + 1))
            except zlib.error as error:
                raise SubgraphUnavailable(f"the answer is no gzip: {error}") from error
            chunk = self._inflater.unconsumed_tail or self._inflater.unused_data

    def body(self) -> bytes | bytearray:
        """The whole body, when all chunks are in."""
        if self._inflater is not None and not self._inflater.eof:
            raise SubgraphUnavailable("the answer's gzip breaks off")
        return self._body

    def _add(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._limit:
            raise SubgraphUnavailable(f"answered more than {self._limit} bytes")
        if not self._body:
            self._body = chunk  # most answers come in one piece
            return
        if not isinstance(self._body, bytearray):
            self._body = bytearray(self._body)
        self._body += chunk
