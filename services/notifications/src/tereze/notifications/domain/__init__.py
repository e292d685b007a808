"""Decides who takes part in a case, when a delivery is tried again and what is signed; must never do I/O or read a clock."""
