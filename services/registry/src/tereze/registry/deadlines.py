"""Decides what happens in the registry because time passed; must never act on a state it did not re-read under lock."""

from tereze.chassis.handlers import Deadlines
from tereze.registry import loading, reviewing

deadlines = Deadlines()
deadlines.fires(reviewing.CLOCK)(reviewing.hear_silence)
deadlines.fires(loading.CLOCK)(loading.take_next_rows)
