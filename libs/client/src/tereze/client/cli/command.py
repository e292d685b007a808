"""Decides what every command has in common: its options, its exit codes and how it says what went wrong."""

import functools
import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from tereze.client.cli.desk import Desk
from tereze.client.problems import LoginFailed, Problem, Unreachable, UnreadableAnswer

OK, PROBLEM, USAGE, UNREACHABLE = 0, 1, 2, 3

Url = Annotated[
    str | None, typer.Option("--url", envvar="TEREZE_URL", help="Where the window is; else that of the saved login.")
]
As = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="TEREZE_AS", metavar="AGENCY:ROLE",
        help="Act as a demo identity, e.g. almaty-school-1:member; the saved login stays as it is.",
    ),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout: one document, or one a line for streams.")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="kk|ru|en", help="Language; else that of LANG.")]
_SHARED: dict[str, tuple[Any, Any]] = {
    "url": (Url, None), "identity": (As, None), "as_json": (Json, False), "lang": (Lang, None),
}  # fmt: skip


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function whose first argument is the Desk as a command with the options every command has."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**given: Any) -> None:
            shared = {option: given.pop(option) for option in _SHARED}
            desk = Desk(**shared)
            code = carry_out(desk, functools.partial(function, desk, **given))
            if code != OK:
                raise typer.Exit(code)

        signature = inspect.signature(function, eval_str=True)
        own = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in list(signature.parameters.values())[1:]
        ]
        shared = [
            inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
            for option, (kind, default) in _SHARED.items()
        ]
        run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *shared)}
        del run.__wrapped__
        app.command(name)(run)
        return function

    return register


def carry_out(desk: Desk, work: Callable[[], None]) -> int:
    """Do the work; returns the exit code, having said in plain words what went wrong."""
    try:
        work()
        sys.stdout.flush()
    except Problem as problem:
        tell_problem(desk, problem)
        return PROBLEM
    except ValidationError as wrong:
        tell_wrong_words(desk, wrong)
        return USAGE
    except LoginFailed as failure:
        desk.say("error.login", detail=str(failure))
        if failure.code == "login_required":
            desk.say("error.hint-login")
        return PROBLEM
    except UnreadableAnswer as failure:
        desk.say("error.unreadable", detail=str(failure))
        return PROBLEM
    except Unreachable as failure:
        desk.say("error.unreachable", detail=str(failure))
        desk.say("error.hint-up")
        return UNREACHABLE
    except BrokenPipeError:  # the reader of our stdout has left, as in `tereze events | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        desk.err.print()
    finally:
        desk.close()
    return OK


def tell_wrong_words(desk: Desk, wrong: ValidationError) -> None:
    """Which parts of a command do not fit its shape, as the window itself would point at them."""
    desk.err.print(desk.words("error.problem"), markup=False, style="bold red")
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        desk.err.print(f"  /{'/'.join(map(str, error['loc']))}  {error['msg']}", markup=False)


def tell_problem(desk: Desk, problem: Problem) -> None:
    """The problem's detail, its pointers and its trace id; as JSON on stderr with ``--json``."""
    if desk.as_json:
        desk.err.print(problem.document.model_dump_json(exclude_none=True), markup=False, soft_wrap=True)
        return
    said = desk.words.told(problem.code, problem.detail)
    desk.err.print(f"{desk.words('error.problem')}: {said}", markup=False, style="bold red")
    for error in problem.errors:
        desk.err.print(
            f"  {error.parameter or error.pointer or '/'}  {desk.words.told(error.code, error.detail)}", markup=False
        )
    if (mend := desk.words.code("mend", problem.code)) != problem.code:
        desk.err.print(f"  {mend}", markup=False)
    if problem.document.current_version is not None:
        desk.say("error.version", version=problem.document.current_version)
    marks = [desk.words("error.code", code=problem.code)]
    if problem.trace_id:
        marks.append(desk.words("error.trace", trace=problem.trace_id))
    desk.err.print("  " + " · ".join(marks), markup=False, style="dim")
