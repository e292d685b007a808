"""Decides how what is lined up reaches its endpoints; must never lose, double in effect, or reorder within a case."""
