"""From the text of a supergraph to a gateway that is ready to serve it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from graphql import GraphQLError

from gateway.configuration.settings import Settings
from gateway.execution.engine import OnDefect
from gateway.gateway import Gateway
from gateway.standalone.problems import Problem
from gateway.standalone.subgraphs import Described, describe
from gateway.transport.http import HttpTransport
from gateway.transport.protocol import Transport
from gateway.transport.verify import VerifyingTransport


@dataclass(frozen=True, slots=True)
class Loaded:
    """A gateway, its transports by subgraph, and a digest of the text that it was made from."""

    gateway: Gateway
    transports: Mapping[str, HttpTransport]
    digest: str


def digest(text: str) -> str:
    """Tells one supergraph from another."""
    return sha256(text.encode()).hexdigest()[:16]


def load(text: str, settings: Settings, *, on_defect: OnDefect | None = None) -> Loaded:
    """Makes the gateway of a supergraph. Raises Problem.

    Takes its time, so not on the event loop's thread.
    """
    try:
        described = describe(text)
    except GraphQLError as error:
        raise Problem(f"is no valid GraphQL: {error.message}{_place(error)}") from error
    urls = {
        name: settings.override_subgraph_url.get(name, each.url) for name, each in described.items()
    }
    for name, url in urls.items():
        if not url.startswith(("http://", "https://")):
            raise Problem(
                f"has no HTTP URL of the subgraph {name}: give one in override_subgraph_url.{name}"
            )
        if "@" in urlsplit(url).netloc:
            raise Problem(
                f"has credentials in the URL of the subgraph {name}, which are never sent: "
                f"insert an authorization header with headers.subgraphs.{name}.request"
            )
    transports = {
        name: HttpTransport(url, settings.http(name), name=name) for name, url in urls.items()
    }
    limits = settings.limits.of_documents()
    try:
        gateway = Gateway(
            text,
            _verifying(transports, described)
            if settings.supergraph.verify_entities
            else transports,
            settings=settings.gateway(list(urls)),
            check=limits.check,
            on_defect=on_defect,
        )
    except (GraphQLError, ValueError) as error:
        raise Problem(f"cannot be served: {error}") from error
    except Exception as error:  # boundary: a supergraph may be wrong in ways nobody thought of
        raise Problem(f"cannot be served: {error!r}") from error
    return Loaded(gateway, transports, digest(text))


def unknown_subgraphs(settings: Settings, loaded: Loaded) -> list[str]:
    """A sentence for each subgraph that the settings name and the supergraph does not have."""
    found = []
    for name, place in settings.named_subgraphs().items():
        if name not in loaded.transports:
            close = difflib.get_close_matches(name, loaded.transports, n=1)
            guess = f"; did you mean {close[0]}?" if close else ""
            found.append(f"{place}: the supergraph has no subgraph {name}{guess}")
    return found


def _verifying(
    transports: Mapping[str, HttpTransport], described: Mapping[str, Described]
) -> dict[str, Transport]:
    return {
        name: VerifyingTransport(each, described[name].identities)
        for name, each in transports.items()
    }


def _place(error: GraphQLError) -> str:
    return f" (line {error.locations[0].line})" if error.locations else ""
