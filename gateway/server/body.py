"""Reads a request's body, counting what arrives rather than trusting what is announced."""

from starlette.requests import Request

from gateway.server.answers import Refused


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body. Raises Refused (413) as soon as more than `max_bytes` are known of."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(max_bytes: int) -> Refused:
    return Refused(
        413, "REQUEST_TOO_LARGE", f"The request body is larger than the limit of {max_bytes} bytes."
    )
