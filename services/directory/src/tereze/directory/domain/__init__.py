"""Decides who may act, as values in and values out; must never do I/O or ask the time."""
