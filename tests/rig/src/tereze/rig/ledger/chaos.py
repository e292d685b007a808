"""Decides who is killed next and brings them back; must never kill a process that is not the rig's own."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence

from tereze.local.components import Component
from tereze.local.processes import ChildFailed
from tereze.local.stack import Stack


class Chaos(threading.Thread):
    """SIGKILLs one component every ``pause`` seconds (uniform between its two ends) and starts it again at once."""

    def __init__(self, stack: Stack, *, pause: tuple[float, float], broker_every: float, seed: int) -> None:
        super().__init__(name="chaos", daemon=True)
        self.kills: Counter[str] = Counter()
        self._stack = stack
        self._pause = pause
        self._broker_every = broker_every
        self._random = random.Random(seed)
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Kill until told to stop."""
        broker_next = time.monotonic() + self._broker_every / 2
        while not self._stop_asked.wait(self._random.uniform(*self._pause)):
            if time.monotonic() > broker_next:
                self._kill(self._stack.kafka, wait=True)
                broker_next = time.monotonic() + self._broker_every
            else:
                self._kill(self._random.choice(self._living()), wait=False)

    def heal(self) -> None:
        """Stop killing and see to it that everything runs. Raises ChildFailed."""
        self._stop_asked.set()
        self.join()
        for component in self._stack.components.values():
            component.start()

    def _living(self) -> Sequence[Component]:
        workers = list(self._stack.workers.values())
        return [worker for worker in workers if worker.running] or workers

    def _kill(self, component: Component, *, wait: bool) -> None:
        component.kill()
        self.kills[component.name] += 1
        try:
            component.start() if wait else component.launch()
        except ChildFailed:
            component.kill()  # a start that met a port or a lock not yet free; the next round starts it again
        for idle in self._stack.components.values():
            if not idle.running and idle is not component:
                idle.launch()
