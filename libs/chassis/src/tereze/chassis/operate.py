"""Decides which repairs an operator can make from the command line of a service; must never make one without a name and a reason."""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

import orjson

from tereze.chassis.firing import retry_parked
from tereze.chassis.parking import parked_keys
from tereze.chassis.replay import discard, replay
from tereze.chassis.runtime import Runtime
from tereze.chassis.worker import handlers_of

COMMANDS = ("parked", "replay", "discard", "retry-deadlines")


def add_words(words: argparse.ArgumentParser) -> None:
    """The words these commands understand."""
    words.add_argument("--topic", help="replay: topic of the parked key")
    words.add_argument("--key", help="replay: the parked key")
    words.add_argument("--event", type=int, help="discard: number of the parked event")
    words.add_argument("--kind", help="retry-deadlines: kind of the parked deadlines")
    words.add_argument("--by", help="who decides this")
    words.add_argument("--reason", help="why")


def missing_words(asked: argparse.Namespace) -> Sequence[str]:
    """What a command lacks."""
    needed = {
        "replay": ("topic", "key", "by", "reason"),
        "discard": ("event", "by", "reason"),
        "retry-deadlines": ("kind",),
    }.get(asked.command, ())
    return [f"--{word}" for word in needed if getattr(asked, word) is None]


async def operate(runtime: Runtime, asked: argparse.Namespace) -> None:
    """Run one command in one transaction and print what came of it as JSON."""
    async with runtime.database.work() as work:
        if asked.command == "parked":
            answer: object = [dataclasses.asdict(key) for key in await parked_keys(work)]
        elif asked.command == "replay":
            settled = await replay(
                work, handlers_of(runtime), topic=asked.topic, key=asked.key, actor=asked.by, reason=asked.reason
            )
            answer = {"unparked": settled}
        elif asked.command == "discard":
            done = await discard(work, event=asked.event, actor=asked.by, reason=asked.reason)
            answer = {"discarded": done, "needs_second_person": not done}
        else:
            answer = {"retried": await retry_parked(work, asked.kind)}
    sys.stdout.write(orjson.dumps(answer).decode() + "\n")
