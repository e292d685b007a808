"""An invented register for the benches: persons, and reports about them in spellings of published standards."""
