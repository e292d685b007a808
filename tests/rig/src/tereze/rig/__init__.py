"""Load, fault ledger, benches and story rigs."""
