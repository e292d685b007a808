"""The response protocol as pure functions."""
