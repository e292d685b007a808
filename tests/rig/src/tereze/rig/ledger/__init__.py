"""Decides whether the promise holds under kill -9; must never report what it did not count."""
