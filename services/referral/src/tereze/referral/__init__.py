"""What must happen."""
