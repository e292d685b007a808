"""Linkage of whole files: fitting a model, scoring pairs, measuring. A tool beside the service; no request ever waits for it."""
