"""`formcheck score`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from formcheck.cli.frame import chatter, check_side, problem, show
from formcheck.cli.outputs import Outputs
from formcheck.cli.progress import ScoringBar, scoring_bar
from formcheck.errors import FormcheckError, SourceError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from formcheck.model import LandmarkRecording, SetResult
    from formcheck.report import About
    from formcheck.specs.loader import SpecFile
    from formcheck.store import Store

__all__ = ["score"]

_PLAYABLE: Final = (".mp4", ".m4v", ".mov")
"""What browsers play, for the review."""


def score(
    videos: Annotated[
        list[Path], typer.Argument(metavar="VIDEO", help="Videos, or landmark recordings (.npz).", show_default=False)
    ],
    exercise: Annotated[
        str, typer.Option(metavar="ID", help="The exercise: its id (see `formcheck specs list`) or a spec file.")
    ],
    json: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="Write the result as JSON, of several videos a list; - is stdout."),
    ] = None,
    frames_csv: Annotated[str | None, typer.Option(metavar="FILE", help="Write the measures of every frame.")] = None,
    annotate: Annotated[str | None, typer.Option(metavar="OUT.mp4", help="Write the video with what was seen.")] = None,
    report: Annotated[str | None, typer.Option(metavar="OUT.html", help="Write a page with traces and faults.")] = None,
    height_cm: Annotated[
        float | None, typer.Option(min=50, max=260, help="Body height, for true centimetres.", show_default=False)
    ] = None,
    side: Annotated[
        Literal["left", "right"] | None, typer.Option(help="The leg to judge, where formcheck picks the wrong one.")
    ] = None,
    save_landmarks: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the landmarks (.npz), to score again without the video.")
    ] = None,
    save: Annotated[
        bool,
        typer.Option(
            "--save",
            help="Put the sets into the record, for `sessions` and `review`; a copy of the video, without its sound, "
            "is kept with them on this computer, until `sessions delete`.",
        ),
    ] = False,
    person: Annotated[str, typer.Option(help="Whose record the sets go to.")] = "me",
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use, for many videos or one long one.")] = 1,
) -> None:
    """Score recorded videos: reps, holds and form faults.

    With several videos, {stem} in the name of an output stands for the video's name: then there is one file for each.
    """
    from formcheck.scoring import is_recording
    from formcheck.specs.loader import load_spec

    outputs = Outputs(json, frames_csv, annotate, report, save_landmarks)
    outputs.check(videos, [video for video in videos if is_recording(video)])
    if save:
        from formcheck.store.writing import checked_name

        checked_name(person)
    spec_file = load_spec(exercise)
    check_side(spec_file.spec, side)
    with _record(save) as store, scoring_bar([video.name for video in videos]) as bar:
        session = _Session(videos, spec_file, outputs, height_cm, side, jobs, person, store)
        session.run(bar)
    if session.results:
        ordered = [session.results[index] for index in sorted(session.results)]
        outputs.write_json(ordered[0] if len(videos) == 1 else ordered)
    for line in outputs.told(session.done) if session.done else ():
        chatter(line)
    if session.failed:
        raise typer.Exit(1)


@contextmanager
def _record(save: bool) -> Iterator[Store | None]:
    """Open the record before the work, where sets are to go into it."""
    if not save:
        yield None
        return
    from formcheck.store import open_store

    with closing(open_store()) as store:
        yield store


@dataclass(slots=True)
class _Session:
    """One call of `score`: what was asked, and what came of it by the index of the video.

    `done` are the videos that went without a problem.
    """

    videos: Sequence[Path]
    spec_file: SpecFile
    outputs: Outputs
    height_cm: float | None
    side: Literal["left", "right"] | None
    jobs: int
    person: str
    store: Store | None
    results: dict[int, SetResult] = field(default_factory=dict)
    done: list[Path] = field(default_factory=list)
    failed: bool = False

    def run(self, bar: ScoringBar) -> None:
        """Score all videos; tell each as soon as it and those before it are done."""
        from formcheck.scoring import observe

        waiting: dict[int, LandmarkRecording | FormcheckError] = {}
        due = 0
        for index, outcome in observe(self.videos, jobs=self.jobs, progress=bar.tell):
            waiting[index] = outcome
            bar.finished(index)
            while due in waiting:
                self._deliver(due, waiting.pop(due), bar)
                due += 1

    def _deliver(self, index: int, outcome: LandmarkRecording | FormcheckError, bar: ScoringBar) -> None:
        """Judge one recording, write what was asked for and show it; a problem stays with its video."""
        from formcheck.report import render_table
        from formcheck.scoring import score_recording

        try:
            if isinstance(outcome, FormcheckError):
                raise outcome
            result = score_recording(outcome, self.spec_file, stature_cm=self.height_cm, side=self.side)
            self.results[index] = result
            about = self._about()
            bar.aside(lambda: self._show(result, render_table(result, about)))
            self.outputs.write_for(self.videos[index], outcome, result, about, bar)
            if result.tracked_fraction == 0.0:
                raise SourceError(f"{self.videos[index]}: nobody was seen; film the whole body, from head to feet")
            if self.store is not None:
                self._save(self.store, self.videos[index], outcome, result)
            self.done.append(self.videos[index])
        except FormcheckError as error:
            told = error
            bar.aside(lambda: problem(told))
            self.failed = True

    def _about(self) -> About:
        """Return what the table and the report say beside the result."""
        from formcheck.report import About
        from formcheck.store import DEFAULT_PERSON

        person = "" if self.person == DEFAULT_PERSON else self.person
        return About(self.spec_file.spec, person, datetime.now().astimezone(), "scored")

    def _save(self, store: Store, video: Path, recording: LandmarkRecording, result: SetResult) -> None:
        clip = video if video.suffix.lower() in _PLAYABLE else None
        name = store.save_set(
            self.spec_file,
            result,
            recording,
            person=self.person,
            asked_side=self.side,
            asked_stature_cm=self.height_cm,
            clip=clip,
        )
        kept = "" if clip is None else f", with a copy of the video without sound: {store.files.clip(name)}"
        chatter(f"{video}: saved as {name}{kept}; `formcheck sessions delete {name[:8]}` deletes it all")

    def _show(self, result: SetResult, table: RenderableType) -> None:
        if not self.outputs.json_to_stdout:
            show(table)
            return
        for note in result.provenance.notes:
            chatter(f"{result.source.path}: {note}")
