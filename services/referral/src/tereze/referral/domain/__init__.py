"""Decides what must happen about a child, as values in and values out; must never do I/O or ask the time."""
