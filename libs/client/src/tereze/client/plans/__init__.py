"""Every operation of the API as a plan, by noun; decides paths, headers and shapes, and must never do I/O."""
