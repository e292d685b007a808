"""Decides what a person at the terminal sees while the stack starts, runs and stops; must never decide anything else."""

import shlex
import sys

from rich.console import Console
from rich.markup import escape

from tereze.local.checks import DEFAULT_PORT
from tereze.local.journal import Entry
from tereze.local.layout import DEFAULT_DATA
from tereze.local.state import State

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
LABEL_WIDTH = 12
TEXT_WIDTH = 62


def line(label: str, text: str) -> None:
    """One aligned line of progress."""
    out.print(f"  [bold]{label:<{LABEL_WIDTH}}[/bold]{escape(text)}")


def progress(entry: Entry) -> None:
    """Show one entry of the journal the way it matters: steps on stdout, troubles on stderr."""
    if entry.kind == "step":
        dots = "." * max(3, TEXT_WIDTH - len(entry.text))
        line(entry.subject, f"{entry.text} {dots} ready {entry.seconds:.1f} s")
    elif entry.kind in ("ended", "restarted", "failed"):
        err.print(f"  [yellow]{entry.at[11:19]}[/yellow] {escape(entry.subject)}: {escape(entry.text)}")


def welcome(state: State) -> None:
    """What runs where, and what to try next."""
    data = "./.tereze" if state.data == str(DEFAULT_DATA) else state.data
    more = "" if state.data == str(DEFAULT_DATA) else f" --data {shlex.quote(state.data)}"
    out.rule(style="dim")
    line("API", f"{state.url}/v1")
    line("API docs", f"{state.url}/docs")
    line("Data", f"{data} (kept; `./tereze reset{more}` wipes it)")
    line("Mode", "DEMO, never for real children")
    out.rule(style="dim")
    if not state.url.endswith(f":{DEFAULT_PORT}"):
        out.print(f"  First:     export TEREZE_URL={state.url}    here the client finds it")
    out.print(
        f"  Try next:  ./tereze demo{more}                     hundreds of invented referrals, followed to delivery"
    )
    out.print(f"             ./tereze trigger school-report{more}    one story, told live")
    out.print(f"             ./tereze status{more}                   what runs, and how far behind it is")
    out.print(f"             ./tereze down{more}                     stop everything; the data stay")


def trouble(text: str) -> None:
    """Say what is wrong and how to mend it."""
    err.print(f"[bold red]✗[/bold red] {escape(text)}")


def ask(question: str) -> bool:
    """A yes or no from the person; no when nobody is there to answer."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
