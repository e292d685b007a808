"""Decides what clocks and duties come to, in values only; must never read or write anything."""
