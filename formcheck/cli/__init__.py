"""The command line. Results go to stdout, all else to stderr; exit 0 done, 1 a problem told in one line, 2 usage.

Importing this must stay quick: what is heavy is imported inside the command that needs it.
"""

from __future__ import annotations

from typing import Annotated

import typer

import formcheck.cli.authoring  # noqa: F401  adds `specs new` and `specs learn`
from formcheck.cli.doctor import doctor
from formcheck.cli.evaluate import evaluate
from formcheck.cli.frame import CommandGroup, run, show_version
from formcheck.cli.live import live
from formcheck.cli.plan import plan
from formcheck.cli.review import review
from formcheck.cli.score import score
from formcheck.cli.sessions import sessions
from formcheck.cli.specs import specs

__all__ = ["app", "main"]

app = typer.Typer(
    name="formcheck",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Form checker for foot and ankle exercises. A practice aid, not a medical device.",
)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


app.command()(score)
app.command()(live)
app.command()(review)
app.add_typer(specs, name="specs")
app.add_typer(sessions, name="sessions")
app.add_typer(plan, name="plan")
app.command()(evaluate)
app.command()(doctor)


def main() -> None:
    """Run the command line of this process."""
    run(app)
