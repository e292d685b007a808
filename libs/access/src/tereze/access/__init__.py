"""Who may see or do what, and redaction by label."""
