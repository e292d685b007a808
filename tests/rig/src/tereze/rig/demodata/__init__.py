"""Decides how the invented demo data of the pack come about, the same at every run; must never take a real person."""
