"""Run many calls in a few processes, in order of need, and leave no process behind."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final, Generic, Literal, TypeVar

from formcheck.errors import FormcheckError, SourceError

__all__ = ["Progress", "in_processes"]

A = TypeVar("A")
R = TypeVar("R")

Progress = Callable[[float, float], None]
"""Called with the seconds done and the seconds there are (NaN where unknown)."""

# Fresh interpreters on every system: a fork would copy threads and open networks.
_CONTEXT: Final = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class _Message:
    kind: Literal["progress", "done", "failed"]
    content: object


def in_processes(
    function: Callable[[A, Progress], R],
    arguments: Sequence[A],
    *,
    jobs: int,
    progress: Callable[[int, float, float], None],
) -> Iterator[tuple[int, R | FormcheckError]]:
    """Yield (index, result or error) of `function(argument, progress)` for each argument, as they finish.

    `function` and `arguments` must be picklable, and a script that calls this needs the usual
    `if __name__ == "__main__":`. `progress` is called here with (index, done, total). Errors that are not a
    FormcheckError are raised here. Closing the iterator, and any error, ends the processes.
    """
    crew: list[_Worker[A, R]] = []
    waiting = list(enumerate(arguments))[::-1]
    try:
        for _ in range(min(jobs, len(waiting))):
            crew.append(_Worker(function))
            crew[-1].give(*waiting.pop())
        while crew:
            for pipe in wait([worker.pipe for worker in crew]):
                worker = next(one for one in crew if one.pipe is pipe)
                message = worker.receive()
                if message.kind == "progress":
                    progress(worker.index, *message.content)  # type: ignore[misc]  # two floats, sent by _serve
                    continue
                yield worker.index, _outcome(message)
                if waiting and not worker.alive:
                    crew.append(_Worker(function))
                    crew[-1].give(*waiting.pop())
                elif waiting:
                    worker.give(*waiting.pop())
                    continue
                worker.end()
                crew.remove(worker)
    finally:
        for worker in crew:
            worker.end()


def _outcome(message: _Message) -> R | FormcheckError:
    if message.kind == "failed" and not isinstance(message.content, FormcheckError):
        raise message.content  # type: ignore[misc]  # always an exception, sent by _serve
    return message.content  # type: ignore[return-value]  # what `function` returned, pickled and back


class _Worker(Generic[A, R]):
    """One process and the pipe to it."""

    def __init__(self, function: Callable[[A, Progress], R]) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self.index = -1
        self.alive = True
        self._process: SpawnProcess = _CONTEXT.Process(target=_serve, args=(function, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, index: int, argument: A) -> None:
        self.index = index
        try:
            self.pipe.send(argument)
        except (BrokenPipeError, ConnectionResetError):
            self.alive = False  # `receive` tells why

    def receive(self) -> _Message:
        try:
            message = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self.alive = False
            self._process.join()
            code = self._process.exitcode
            return _Message("failed", SourceError(f"a worker process ended unexpectedly (exit {code}); try --jobs 1"))
        assert isinstance(message, _Message)
        return message

    def end(self) -> None:
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(function: Callable[[A, Progress], R], pipe: Connection) -> None:
    """Answer one argument after the other until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which ends this process

    def report(done: float, total: float) -> None:
        pipe.send(_Message("progress", (done, total)))

    while True:
        try:
            argument = pipe.recv()
        except EOFError:
            return
        try:
            answer = _Message("done", function(argument, report))
        except Exception as error:
            answer = _Message("failed", error)
        pipe.send(answer)
