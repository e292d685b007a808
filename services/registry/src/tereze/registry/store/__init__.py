"""Decides how persons, and what was said of them, are kept and found; must never keep a particular in the clear."""
