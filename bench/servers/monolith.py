"""The monolith: one stock Strawberry schema and view over the agents' repositories."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL

from bench.servers.loaders import Loaders
from bench.servers.monolith_schema import schema
from bench.servers.process import Meter, authenticator, run, serve_announced
from gateway.policy.authentication import Authenticator, Unauthenticated
from models.database import Database
from souk.settings import Settings
from subgraphs.kit.tokens import principal_of


class View(GraphQL[Loaders, None]):
    """Strawberry's ASGI view; each request gets loaders of its own, for its verified caller."""

    def __init__(self, schema: Schema, db: Database, who: Authenticator) -> None:
        super().__init__(schema)
        self._db = db
        self._who = who

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Loaders:
        try:
            claims = self._who.authenticate(request.headers.get("authorization"))
        except Unauthenticated as error:
            raise HTTPException(401, str(error)) from error
        return Loaders(self._db, principal_of(claims))


async def main(settings: Settings, _: Meter, *, cached: bool = False) -> None:
    assert settings.database_url is not None
    db = Database(settings.database_url, connections=settings.pool_size)
    view = View(schema(cached), db, authenticator(settings))
    try:
        await serve_announced(Starlette(routes=[Route("/graphql", view)]), settings)
    finally:
        await db.close()


if __name__ == "__main__":
    run(main)
