"""Decides which rig a word starts (`python -m tereze.rig WORD …`); must never load a rig that was not asked for."""

import importlib
import sys

RIGS = {
    "demo": "tereze.rig.demo",
    "trigger": "tereze.rig.stories",
    "ledger": "tereze.rig.ledger",
    "bench": "tereze.rig.bench",
}
_INTERRUPTED = 130


def main() -> int:
    """Run one rig with the rest of the arguments; returns its exit code."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word not in RIGS:
        print(f"usage: python -m tereze.rig {{{','.join(RIGS)}}} …", file=sys.stderr)
        return 2
    try:
        return int(importlib.import_module(RIGS[word]).main(sys.argv[2:]))
    except KeyboardInterrupt:
        print(f"\n{word} was interrupted: nothing is said about what did not happen", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
