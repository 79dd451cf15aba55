"""`souk up` as an operator has it: a process, a data folder, a port, and what it says."""

import json
import signal
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from souk.keys import jwks, signing_key
from souk.seed import catalogue, people, sales
from tests.souk.installation import Installation, send, souk
from tests.souk.programs import until

PRODUCTS, CUSTOMERS, ORDERS = (
    len(catalogue.products()),
    len(people.customers()),
    len(sales.orders()),
)
COUNTS = (
    "{ products { totalCount } customers { totalCount } orders { totalCount }"
    " lowStock { totalCount } }"
)
SOMEBODYS = sales.orders()[0]
STRANGER = next(
    each.id
    for each in people.customers()
    if each.status == "ACTIVE" and each.id != SOMEBODYS.customer.id
)
UNKNOWN = "ord_00000000000000000000000000"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running platform that was started from nothing; a test that stops it starts it again."""
    installation = Installation(tmp_path_factory.mktemp("installation") / "data")
    try:
        installation.start()
        yield installation
    finally:
        installation.close()


def test_the_first_start_makes_everything_and_says_so(shop: Installation) -> None:
    said = [line for line in shop.log.read_text().splitlines() if line.startswith("Seeded ")]
    assert [line.split()[2] for line in said] == [
        "products",
        "customers",
        "stock",
        "orders,",
        "events",
    ]
    assert (shop.folder / "keys" / "signing.pem").stat().st_mode & 0o777 == 0o600


def test_an_administrator_sees_all_of_the_example_shop(shop: Installation) -> None:
    answer = shop.graphql(COUNTS, "admin")
    assert answer.status == 200
    data = answer.json["data"]
    low = data.pop("lowStock")["totalCount"]
    assert data == {
        "products": {"totalCount": PRODUCTS},
        "customers": {"totalCount": CUSTOMERS},
        "orders": {"totalCount": ORDERS},
    }
    assert low > 0


def test_a_token_of_the_command_line_is_good(shop: Installation) -> None:
    printed = souk(shop.folder, "token", "--role", "admin")
    assert (printed.returncode, printed.stderr) == (0, "")
    headers = {
        "authorization": f"Bearer {printed.stdout.strip()}",
        "content-type": "application/json",
    }
    answer = send(shop.url, "/graphql", json.dumps({"query": COUNTS}).encode(), headers)
    assert answer.json["data"]["orders"] == {"totalCount": ORDERS}


def test_nobody_in_particular_sees_what_is_for_sale(shop: Installation) -> None:
    answer = shop.graphql("{ products { totalCount } }")
    active = sum(plan.status == "ACTIVE" for plan in catalogue.products())
    assert answer.json == {
        "data": {"products": {"totalCount": active}},
        "extensions": {"cost": {"estimated": 1, "limit": 10_000}},
    }
    refused = shop.graphql("{ customers { totalCount } }", x_request_id="nobody-asks-1")
    assert refused.status == 200
    assert refused.json["data"] is None
    [error] = refused.json["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", ["customers"])


def test_an_operation_that_would_cost_too_much_is_refused(shop: Installation) -> None:
    refused = shop.graphql(
        "{ products(first: 100) { edges { node { variants(first: 100) { id } } } } }"
    )
    assert "data" not in refused.json
    [error] = refused.json["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("LIMIT_EXCEEDED", "cost")


def test_the_pages_beside_the_graph(shop: Installation) -> None:
    page = send(shop.url, "/graphiql")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    live, ready = send(shop.url, "/health/live"), send(shop.url, "/health/ready")
    assert (live.status, live.json) == (200, {"status": "alive"})
    assert (ready.status, ready.json) == (200, {"status": "ready"})
    published = send(shop.url, "/.well-known/jwks.json")
    assert published.json == jwks(signing_key(shop.folder / "keys"))
    assert "d" not in published.json["keys"][0]
    unknown = send(shop.url, "/elsewhere")
    assert (unknown.status, unknown.json["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


def test_the_request_id_is_in_the_error_and_in_the_log(shop: Installation) -> None:
    given = shop.graphql("query Lost { lost }", x_request_id="lost-and-found-1")
    [error] = given.json["errors"]
    assert error["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "requestId": "lost-and-found-1",
    }
    made = shop.graphql("{ customers { totalCount } }")
    [refusal] = made.json["errors"]
    assert refusal["extensions"]["requestId"] == made.headers["x-request-id"]

    def logged() -> dict[str, str]:
        return {
            line["request_id"]: line["code"]
            for line in shop.lines()
            if line["event"] == "request" and "code" in line
        }

    until(lambda: made.headers["x-request-id"] in logged())
    assert logged()["lost-and-found-1"] == "GRAPHQL_VALIDATION_FAILED"
    assert logged()[made.headers["x-request-id"]] == "FORBIDDEN"


@pytest.mark.parametrize(
    "query",
    [
        '{{ order(id: "{id}") {{ number status lines {{ sku }} }} }}',
        'mutation {{ cancelOrder(input: {{orderId: "{id}", idempotencyKey: "{id}"}})'
        " {{ order {{ id }} errors {{ code message field retryable }} }} }}",
    ],
    ids=["query", "mutation"],
)
def test_a_foreign_order_and_an_unknown_one_are_the_same_to_the_byte(
    shop: Installation, query: str
) -> None:
    foreign = shop.graphql(query.format(id=SOMEBODYS.id), "customer", STRANGER)
    unknown = shop.graphql(query.format(id=UNKNOWN), "customer", STRANGER)
    assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
    same = {"content-type", "content-length", "cache-control", "vary"}
    assert all(foreign.headers[name] == unknown.headers[name] for name in same)
    own = shop.graphql(
        f'{{ order(id: "{SOMEBODYS.id}") {{ id }} }}', "customer", SOMEBODYS.customer.id
    )
    assert own.json["data"] == {"order": {"id": SOMEBODYS.id}}


def test_one_agent_alone_answers_beside_the_platform(shop: Installation) -> None:
    one = f'{{ order(id: "{SOMEBODYS.id}") {{ number customer {{ id }} }} }}'
    with shop.serving("order") as url:
        seen = shop.graphql(one, "admin", url=url)
        assert seen.json == {
            "data": {
                "order": {
                    "number": f"SO-{100_000 + SOMEBODYS.number}",
                    "customer": {"id": SOMEBODYS.customer.id},
                }
            }
        }
        assert shop.graphql(one, "customer", STRANGER, url=url).json == {"data": {"order": None}}
        [error] = shop.graphql(one, url=url).json["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        other = shop.graphql("{ products { totalCount } }", "admin", url=url)
        assert (
            other.json["errors"][0]["message"] == "Cannot query field 'products' on type 'Query'."
        )
        forged = shop.token("admin")[:-8] + "AAAAAAAA"
        headers = {"content-type": "application/json", "authorization": f"Bearer {forged}"}
        refused = send(url, "/graphql", json.dumps({"query": one}).encode(), headers)
        assert refused.status == 401
        assert send(url, "/health/ready").json == {"status": "ready"}
    # Its end is not the platform's.
    assert send(shop.url, "/health/ready").status == 200


def test_a_second_platform_on_the_folder_is_refused_in_one_line(shop: Installation) -> None:
    second = souk(shop.folder, "up", "--port", "0")
    assert shop.process is not None
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == (
        f"souk: Souk is already running here (process {shop.process.pid}). "
        "`souk status` shows it, `souk down` stops it.\n"
    )


def test_it_stops_in_order_and_starts_again_with_what_it_had(shop: Installation) -> None:
    made = shop.graphql(
        'mutation { createCustomer(input: {email: "kept@example.com"}) { customer { id } } }',
        "admin",
    )
    id = made.json["data"]["createCustomer"]["customer"]["id"]

    # A request whose body is still under way when the signal comes.
    body = json.dumps({"query": f'{{ customer(id: "{id}") {{ email }} }}'}).encode()
    connection = HTTPConnection(urlsplit(shop.url).netloc, timeout=30)
    connection.putrequest("POST", "/graphql")
    for name, value in (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("authorization", f"Bearer {shop.token('admin')}"),
        ("expect", "100-continue"),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock is not None
    assert connection.sock.recv(64) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert shop.process is not None
    shop.process.send_signal(signal.SIGTERM)
    until(lambda: not _listens(shop.url))
    connection.send(body)
    answer = connection.getresponse()
    assert json.loads(answer.read())["data"] == {"customer": {"email": "kept@example.com"}}
    assert answer.getheader("connection") == "close"
    connection.close()
    assert shop.process.wait(timeout=60) == 0
    assert not (shop.folder / "run" / "ready.json").exists()
    assert not (shop.folder / "postgres" / "data" / "postmaster.pid").exists()

    key = (shop.folder / "keys" / "signing.pem").read_bytes()
    shop.start()
    assert "Seeded" not in shop.log.read_text()
    assert (shop.folder / "keys" / "signing.pem").read_bytes() == key
    # The token of before is good, and what was made is there.
    kept = shop.graphql(f'{{ customer(id: "{id}") {{ email }} }}', "admin")
    assert kept.json["data"] == {"customer": {"email": "kept@example.com"}}
    counted = shop.graphql(COUNTS, "admin").json["data"]
    assert counted["orders"] == {"totalCount": ORDERS}
    assert counted["customers"] == {"totalCount": CUSTOMERS + 1}


def _listens(url: str) -> bool:
    host, port = urlsplit(url).hostname, urlsplit(url).port
    try:
        socket.create_connection((host or "", port or 0), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = souk(tmp_path / "data", "up", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"souk: Port {port} on 127.0.0.1 is taken by another program. "
        "Stop it, or choose another port.\n"
    )
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"postgresql://souk:hidden@127.0.0.1:{port}/shop"
    done = souk(tmp_path / "data", "up", "--port", "0", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"souk: the database at 127.0.0.1:{port}/shop cannot be reached ("
    )
    assert done.stderr.endswith(
        "). Start it or correct DATABASE_URL, or unset it to use the embedded PostgreSQL.\n"
    )
    assert done.stderr.count("\n") == 1
    assert "hidden" not in done.stderr


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    done = souk(tmp_path / "data", "up", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"souk: the data folder {tmp_path}/data/run cannot be written (a file is in its way). "
        "Give this user the right to write it, or set SOUK_DATA_DIR to another folder.\n"
    )


def test_an_agent_that_there_is_not_is_one_line(tmp_path: Path) -> None:
    done = souk(tmp_path / "data", "serve", "payments", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "souk: there is no agent payments. Choose one of customer, inventory, monitoring, order,"
        " product.\n"
    )
