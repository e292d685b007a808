"""Decides what each local word of ./tereze does; must never hold the doing itself."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tereze.local import demo_clock, gate, logs, parts, show, status
from tereze.local.checks import NotPossible
from tereze.local.layout import DEFAULT_DATA, Layout, NotOurs
from tereze.local.lifecycle import NotUp, bring_down, bring_up
from tereze.local.ports import NoFreePort
from tereze.local.processes import ChildFailed
from tereze.local.stack import Stack
from tereze.local.supervisor import AlreadySupervised, Supervisor, hold

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The embedded stack: everything Tereze needs, on this machine."
)
Data = Annotated[Path, typer.Option("--data", help="Where the stack keeps its data.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The one port people use; 8080 by default.")
    ] = None,
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return as soon as everything is ready.")] = False,
) -> None:
    """Start everything in demo mode; on data of an earlier run, go on where it stopped."""
    bring_up(Layout(data.resolve()), port, detach=detach)


@app.command(hidden=True)
def supervise(data: Data, port: Annotated[int, typer.Option()]) -> None:
    """Own the stack's processes until told to stop."""
    with hold(Layout(data.resolve())):
        sys.exit(Supervisor(Stack(data, port=port)).run())


@app.command()
def down(data: Data = DEFAULT_DATA) -> None:
    """Stop what `up` started, and nothing else. Data stay."""
    was_running = bring_down(Layout(data.resolve()))
    show.out.print("  Stopped. Data stay." if was_running else "  Nothing was running.")


@app.command()
def reset(
    data: Data = DEFAULT_DATA, *, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Stop, and wipe the data directory."""
    layout = Layout(data.resolve())
    if not layout.root.exists():
        show.out.print("  Nothing to wipe.")
        return
    if not layout.is_ours:
        layout.wipe()
    if not yes and not show.ask(f"Wipe {layout.root} with every referral, case and key in it?"):
        show.trouble("Nothing was wiped: say yes, or pass --yes.")
        raise typer.Exit(1)
    bring_down(layout)
    layout.wipe()
    show.out.print(f"  Wiped {layout.root}.")


@app.command("stop")
def stop_part(
    name: Annotated[str, typer.Argument(help="A component as `status` names it, e.g. kafka.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Stop one component and keep it stopped, to see what the others do without it."""
    parts.stop_part(Layout(data.resolve()), name)
    show.out.print(f"  {name} is stopped. ./tereze start {name} brings it back.")


@app.command("start")
def start_part(
    name: Annotated[str, typer.Argument(help="A component as `status` names it.")], data: Data = DEFAULT_DATA
) -> None:
    """Bring a stopped component back."""
    parts.start_part(Layout(data.resolve()), name)
    show.out.print(f"  {name} is ready.")


@app.command("status")
def show_status(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """What runs and how far behind it is. Exit code 0 when all is ready, 1 when not, 3 when nothing runs."""
    seen = status.look(Layout(data.resolve()))
    if as_json:
        sys.stdout.write(json.dumps(seen.as_json(), indent=2) + "\n")
    else:
        status.draw(seen)
    raise typer.Exit(seen.exit_code)


@app.command("logs")
def show_logs(
    name: Annotated[str | None, typer.Argument(help="A component as `status` names it; all without.")] = None,
    data: Data = DEFAULT_DATA,
    lines: Annotated[int, typer.Option("-n", min=0, help="How many of the last lines.")] = 40,
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what comes.")] = False,
) -> None:
    """Show the end of the components' logs."""
    logs.show_logs(Layout(data.resolve()), name, lines=lines, follow=follow)


@app.command(context_settings={"ignore_unknown_options": True})
def clock(
    change: Annotated[str, typer.Argument(help="+4h, +2d, +30m, reset or show")] = "show", data: Data = DEFAULT_DATA
) -> None:
    """Move the demo clock: what is due by then fires now."""
    show.out.print("  " + demo_clock.change(Layout(data.resolve()), change))


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    context: typer.Context,
    *,
    slow: Annotated[bool, typer.Option("--slow", help="The slow tests too.")] = False,
    slow_only: Annotated[bool, typer.Option("--slow-only", help="Nothing but the slow tests.")] = False,
) -> None:
    """Check everything: lint, format, types, import walls, then every test. Further words go to pytest."""
    which = gate.Which.SLOW_ONLY if slow_only else gate.Which.ALL if slow else gate.Which.EVERYDAY
    raise typer.Exit(gate.run(which, context.args))


def main() -> int:
    """Run one word; what cannot be done is said in one line and makes exit code 1."""
    try:
        app(prog_name="./tereze", standalone_mode=True)
    except (
        NotPossible,
        NotOurs,
        NotUp,
        NoFreePort,
        AlreadySupervised,
        ChildFailed,
        logs.NoSuchLog,
        demo_clock.NotNow,
        parts.NoSuchPart,
    ) as no:
        show.trouble(str(no))
        return 1
    return 0
