"""Decides how the directory's facts are kept and found; must never decide who may see them."""
