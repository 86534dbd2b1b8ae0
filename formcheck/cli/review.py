"""`formcheck review`."""

from __future__ import annotations

from typing import Annotated

import typer

from formcheck.cli.frame import chatter

__all__ = ["review"]


def review(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on this machine; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Review flagged reps in the browser. The pages are served to this machine only."""
    import webbrowser

    from formcheck.store import open_store
    from formcheck.web import serve

    def ready(address: str) -> None:
        chatter(f"review: {address}  (Ctrl-C ends it)")
        if not no_browser:
            webbrowser.open(address)

    store = open_store()
    try:
        serve(store, port=port, ready=ready)
    finally:
        store.close()
