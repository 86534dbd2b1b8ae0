"""Run an iterator in a thread of its own, a few items ahead of whoever reads it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from typing import Generic, TypeVar

__all__ = ["read_ahead"]

T = TypeVar("T")


class _End:
    """The last thing in the queue: the items are through, or `error` stopped them."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Reader(threading.Thread, Generic[T]):
    """Moves items from the iterator to the queue until they end or `stopped` is set."""

    def __init__(self, items: Generator[T, None, None], depth: int) -> None:
        super().__init__(name="formcheck-read-ahead", daemon=True)
        self._items = items
        self.queue: queue.Queue[T | _End] = queue.Queue(maxsize=depth)
        self.stopped = threading.Event()

    def run(self) -> None:
        error: BaseException | None = None
        try:
            # Closing here, in the thread that ran it, lets the generator free what it opened.
            with closing(self._items):
                for item in self._items:
                    self.queue.put(item)
                    if self.stopped.is_set():
                        break
        except BaseException as caught:  # handed to the reading side, which raises it
            error = caught
        self.queue.put(_End(error))


def read_ahead(items: Generator[T, None, None], *, depth: int) -> Generator[T, None, None]:
    """Yield `items` in order while a thread produces up to `depth` of them in advance.

    An exception in the producing thread is raised here, at its place in the order. Closing this generator stops the
    thread and waits for it, so nothing goes on behind the back of the caller.
    """
    reader = _Reader(items, depth)
    reader.start()
    ended = False
    try:
        while True:
            item = reader.queue.get()
            if isinstance(item, _End):
                ended = True
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        reader.stopped.set()
        while not ended:  # empty the queue, so that a full one does not keep the thread waiting
            ended = isinstance(reader.queue.get(), _End)
        reader.join()
