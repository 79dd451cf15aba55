"""One Apache Kafka in KRaft mode on the loopback: its own controller, its data in /tmp."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.node_server import free_port

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", HERE.parents[1] / ".venv" / "cache")) / "kafka"
STARTED = "Kafka Server started"
TO_START = 90.0
JVM = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions=4
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


def libraries() -> Path:
    """The broker's jars, brought by Maven once; a changed pom brings them anew."""
    pom = HERE / "pom.xml"
    folder = CACHE / "libs"
    mark = CACHE / "pom.xml"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes one fetches
        if not mark.exists() or mark.read_text() != pom.read_text():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run(
                [
                    *("mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"),
                    *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
                    f"-Dmaven.repo.local={CACHE / 'repository'}",
                ],
                check=True,
            )
            mark.write_text(pom.read_text())
    return folder


class Broker:
    """Stopped, killed and wiped as a test wants; its address stays the same."""

    def __init__(self) -> None:
        self._libs = libraries()
        self._folder = Path(tempfile.mkdtemp(prefix="souk-kafka-", dir="/tmp"))
        self._ports = {"port": free_port(), "controller": free_port()}
        self._process: subprocess.Popen[bytes] | None = None
        self.servers = f"127.0.0.1:{self._ports['port']}"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Returns when it takes connections."""
        data = self._folder / "data"
        properties = self._folder / "server.properties"
        properties.write_text(PROPERTIES.format(data=data, **self._ports))
        if not data.exists():
            self._format(properties)
        output = self._folder / "output"
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [*_dying(), *self._java(), "kafka.Kafka", str(properties)],
                stdout=file,
                stderr=subprocess.STDOUT,
                env=os.environ | {"LOG_DIR": str(self._folder)},
            )
        until = time.monotonic() + TO_START
        while STARTED not in output.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Kafka did not start: {output.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """In an orderly way, which takes a second."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def wipe(self) -> None:
        """Killed, and its disk is lost."""
        self.kill()
        shutil.rmtree(self._folder / "data")

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def _format(self, properties: Path) -> None:
        tool = [*self._java(), "kafka.tools.StorageTool"]
        made = subprocess.run([*tool, "random-uuid"], check=True, capture_output=True, text=True)
        id = made.stdout.split()[-1]
        arguments = ["format", "--standalone", "-t", id, "-c", str(properties)]
        subprocess.run([*tool, *arguments], check=True, capture_output=True)

    def _java(self) -> list[str]:
        return ["java", *JVM, "-cp", f"{self._libs}/*"]


def _dying() -> list[str]:
    """The broker ends with the process that started it, however that ends."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
