"""Links to exports: signed by the installation's key, good for a while, served by the edge."""

import base64
import hashlib
import hmac
import time
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from models.ids import is_id
from souk.keys import SigningKey

PATH = "/exports"
HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class ExportLinks:
    """`folder` is where the customer agent leaves the files."""

    def __init__(self, key: SigningKey, folder: Path) -> None:
        private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._secret = hashlib.sha256(b"souk exports\0" + private).digest()
        self._folder = folder

    def link(self, export: str, until: datetime) -> str:
        """A reference that is good until then, relative to the edge's address."""
        expires = str(int(until.timestamp()))
        return f"{PATH}/{export}?expires={expires}&signature={self._signature(export, expires)}"

    def route(self) -> Route:
        """Answers the links. What is wrong with a link that is not good, nobody is told."""
        return Route(f"{PATH}/{{export}}", self._serve, methods=["GET"])

    def _serve(self, request: Request) -> Response:
        export = request.path_params["export"]
        expires = request.query_params.get("expires", "")
        given = request.query_params.get("signature", "")
        signed = hmac.compare_digest(given.encode(), self._signature(export, expires).encode())
        file = self._folder / f"{export}.json"
        if not signed or not is_id(export, "exp") or int(expires) < time.time():
            return _nothing()
        if not file.is_file():
            return _nothing()
        return FileResponse(
            file, media_type="application/json", filename=f"{export}.json", headers=HEADERS
        )

    def _signature(self, export: str, expires: str) -> str:
        made = hmac.digest(self._secret, f"{export} {expires}".encode(), "sha256")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _nothing() -> Response:
    return PlainTextResponse("Not found.\n", HTTPStatus.NOT_FOUND, HEADERS)
