"""Decides how much processor time each part of a stack took: what a shared machine cannot blur; must never leave a child process out."""

import os
from collections.abc import Mapping

import psutil

from tereze.local.stack import Stack


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Processor seconds so far of every running part, its children (and those that ended) included, and of this process as ``rig``."""
    pids = {name: part.pid for name, part in stack.components.items() if part.pid is not None}
    return {name: _of_family(psutil.Process(pid)) for name, pid in {**pids, "rig": os.getpid()}.items()}


def cpu_ms_each(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, float]:
    """Milliseconds of processor time for each of ``count`` things, by part, the dearest first, and in all."""
    spent = {name: 1000 * (after[name] - before.get(name, 0.0)) / max(1, count) for name in after}
    ranked = sorted(spent.items(), key=lambda pair: -pair[1])
    return {**{name: round(each, 2) for name, each in ranked}, "all": round(sum(spent.values()), 1)}


def _of_family(head: psutil.Process) -> float:
    times = head.cpu_times()
    ended = times.children_user + times.children_system if head.pid != os.getpid() else 0.0
    return (
        times.user + times.system + ended + sum(_of_one(child) for child in head.children() if head.pid != os.getpid())
    )


def _of_one(child: psutil.Process) -> float:
    try:
        times = child.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # it ended at this moment: its parent's account has it
    return float(times.user + times.system)
