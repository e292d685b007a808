"""Decides how the published API documents come from the contracts; must never describe what no code does."""
