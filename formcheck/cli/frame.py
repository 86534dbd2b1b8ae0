"""What all commands share: errors become one line and an exit code, and stdout may be closed or full."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.console import Console, RenderableType
from typer.core import TyperGroup

import formcheck
from formcheck.errors import FormcheckError, OutputError

if TYPE_CHECKING:
    from formcheck.specs.schema import ExerciseSpec

__all__ = ["CommandGroup", "chatter", "check_side", "problem", "run", "show", "show_text", "show_version"]

INTERRUPTED: Final = 130


class CommandGroup(TyperGroup):
    """Turns a FormcheckError and Ctrl-C into one line and an exit code, and a validator's words into plain ones."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _plain(error)
            raise
        except FormcheckError as error:
            problem(error)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            chatter("stopped; nothing was left half-written")
            raise typer.Exit(INTERRUPTED) from error


_PLAIN: Final = (
    (r"Value error, ", ""),
    (r"Input should be (greater than or equal to|less than or equal to) (\S+)", r"must be \1 \2"),
    (r"Input should be a valid integer.*", "must be a whole number"),
    (r"Input should be a valid number.*", "must be a number"),
    (r"greater than or equal to", "at least"),
    (r"less than or equal to", "at most"),
)


def _plain(error: typer.BadParameter) -> str:
    """Return what is wrong with a parameter in the words of people."""
    words = error.message
    for told, plain in _PLAIN:
        words = re.sub(told, plain, words)
    height = getattr(error.param, "name", None) == "height_cm"
    return f"{words}; give centimetres, for example 172" if height else words


def run(app: Callable[[], Any]) -> None:
    """Run the app; Ctrl-C is quiet also before a command has begun."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def show_version(asked: bool) -> None:
    """Show the version and stop, when it was asked for."""
    if asked:
        show_text(f"formcheck {formcheck.__version__}\n")
        raise typer.Exit


def chatter(text: str) -> None:
    """Write a line to stderr."""
    typer.echo(text, err=True)


def problem(error: FormcheckError) -> None:
    """Tell what went wrong: one line, or one for each problem of a spec file."""
    typer.secho(str(error), err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)


def check_side(spec: ExerciseSpec, side: str | None) -> None:
    """Refuse a side where both legs do the exercise together and formcheck judges the one it sees better."""
    if side is not None and spec.side == "both" and spec.movement.kind != "guided":
        raise typer.BadParameter(f"{spec.id} takes both legs; leave --side out", param_hint="--side")


def show(renderable: RenderableType) -> None:
    """Write a table or the like to stdout."""
    console = Console(file=sys.stdout)
    with console.capture() as captured:
        console.print(renderable)
    show_text(captured.get())


def show_text(text: str) -> None:
    """Write text to stdout as it is. Raises OutputError."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:  # `| head` has seen enough
        _forget_stdout()
        raise typer.Exit(0) from error
    except OSError as error:
        _forget_stdout()
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"standard output: cannot write: {reason}; write to a file with free space") from error


def _forget_stdout() -> None:
    """Let what is still held for stdout go nowhere, so that Python does not fail on it again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
