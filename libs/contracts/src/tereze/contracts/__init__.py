"""Every event, API shape and code of Tereze; decides how facts are worded, and must never do I/O."""
