"""Decides how the log, its readers and the way to them are kept in PostgreSQL; must never commit."""
