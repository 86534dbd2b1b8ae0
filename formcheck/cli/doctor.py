"""`formcheck doctor`."""

from __future__ import annotations

import typer
from rich.table import Table
from rich.text import Text

from formcheck.cli.frame import show

__all__ = ["doctor"]

_STYLES = {"ok": "bright_blue", "missing": "yellow", "wrong": "bold dark_orange"}
_WORDS = {"ok": "ok", "missing": "missing", "wrong": "WRONG"}


def doctor() -> None:
    """Look at what formcheck needs of this machine, and say what to do where it is not well."""
    from formcheck.doctor import examine

    table = Table.grid(padding=(0, 2))
    wrong = False
    for finding in examine():
        words = f"{finding.text}\n→ {finding.advice}" if finding.advice else finding.text
        state = Text(_WORDS[finding.state], style=_STYLES[finding.state])
        table.add_row(Text(finding.name), state, Text(words, overflow="fold"))
        wrong |= finding.state == "wrong"
    show(table)
    if wrong:
        raise typer.Exit(1)
