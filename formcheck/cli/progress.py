"""A progress bar with the time left, on stderr and only where somebody can see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from formcheck.model import Frame

__all__ = ["ScoringBar", "scoring_bar"]


class ScoringBar:
    """One bar for all videos; `tell(index, seconds done, seconds in all)` moves it."""

    def __init__(self, bar: Progress, names: list[str]) -> None:
        self._bar = bar
        self._names = names
        self._shares = [0.0] * len(names)
        self._task = bar.add_task(self._words(), total=float(len(names)))

    def tell(self, index: int, done_s: float, total_s: float) -> None:
        """Take how far video `index` has come; the length of some is not known before their end (NaN)."""
        if total_s > 0:
            self._move(index, min(done_s / total_s, 1.0))

    def finished(self, index: int) -> None:
        """Take that video `index` is done, well or not."""
        self._move(index, 1.0)

    def watched(self, frames: Iterable[Frame], words: str, total: int) -> Iterator[Frame]:
        """Pass `frames` on and show how many of `total` have gone by."""
        task = self._bar.add_task(words, total=total)
        try:
            for frame in frames:
                yield frame
                self._bar.advance(task)
        finally:
            self._bar.remove_task(task)

    def aside(self, write: Callable[[], None]) -> None:
        """Call `write` with the bar out of its way."""
        self._bar.stop()
        write()
        self._bar.start()

    def _move(self, index: int, share: float) -> None:
        self._shares[index] = share
        self._bar.update(self._task, completed=sum(self._shares), description=self._words())

    def _words(self) -> str:
        done = sum(share >= 1.0 for share in self._shares)
        running = next((name for name, share in zip(self._names, self._shares, strict=True) if share < 1.0), "")
        return running if len(self._names) == 1 else f"{done} of {len(self._names)} · {running}"


@contextmanager
def scoring_bar(names: list[str]) -> Iterator[ScoringBar]:
    """Show a bar for the videos `names` while the block runs."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(file=sys.stderr)
    bar = Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        yield ScoringBar(bar, names)
