"""The files that `score` is asked to write: checked before the work, written after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from formcheck.cli.frame import show_text
from formcheck.cli.progress import ScoringBar
from formcheck.whole_files import check_target

if TYPE_CHECKING:
    from formcheck.model import Frame, LandmarkRecording, SetResult
    from formcheck.report import About

__all__ = ["Outputs"]

STEM: Final = "{stem}"
STDOUT: Final = "-"
_SUFFIXES: Final = {
    "--annotate": (".mp4", ".m4v", ""),
    "--report": (".html", ".htm", ""),
    "--save-landmarks": (".npz",),  # by it `score` knows landmarks from a video
}
"""What the names of files may end in: another ending would lie about what is in them."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """File names by option; in those written for each video `{stem}` stands for the video's name."""

    json: str | None = None
    frames_csv: str | None = None
    annotate: str | None = None
    report: str | None = None
    save_landmarks: str | None = None

    @property
    def json_to_stdout(self) -> bool:
        """Whether stdout is for JSON alone."""
        return self.json == STDOUT

    def check(self, videos: Sequence[Path], recordings: Sequence[Path]) -> None:
        """Refuse names that cannot do what is meant, before any work. Raises OutputError and usage errors."""
        for option, name in self._by_video():
            if name == STDOUT:
                raise _misused(option, "must name a file; only --json writes to stdout")
            if len(videos) > 1 and STEM not in name:
                raise _misused(
                    option, f"names one file for {len(videos)} videos; put {STEM} into it, for the video's name"
                )
        if self.annotate is not None and recordings:
            raise _misused("--annotate", f"needs pictures, and {recordings[0]} holds only landmarks")
        sources = {video.resolve() for video in videos}
        seen: set[Path] = set()
        for option, target in self._targets(videos):
            if target.resolve() in sources:
                raise _misused(option, f"would overwrite the video {target}")
            if target.resolve() in seen:
                raise _misused(option, f"would write {target} twice")
            seen.add(target.resolve())
            check_target(target)
            _check_suffix(option, target)

    def write_for(
        self, video: Path, recording: LandmarkRecording, result: SetResult, about: About, bar: ScoringBar
    ) -> None:
        """Write what is written for each video. Raises OutputError, SourceError."""
        from formcheck.report import write_frames_csv, write_json
        from formcheck.sources import save_recording

        if self.json is not None and self._json_by_video:
            write_json(result, _named(self.json, video))
        if self.save_landmarks is not None:
            save_recording(recording, _named(self.save_landmarks, video))
        if self.frames_csv is not None:
            write_frames_csv(result, _named(self.frames_csv, video))
        if self.report is not None:
            from formcheck.report.html import write_report

            with _frames(video, "report", result, bar) as frames:
                write_report(result, recording, frames, _named(self.report, video), about)
        if self.annotate is not None:
            from formcheck.report.annotate import annotate

            with _frames(video, "annotated video", result, bar) as frames:
                annotate(frames, recording, result, _named(self.annotate, video))

    def write_json(self, results: SetResult | Sequence[SetResult]) -> None:
        """Write the result, or the list of several, where there is one file for all. Raises OutputError."""
        from formcheck.report import json_text, write_json

        if self.json == STDOUT:
            show_text(json_text(results))
        elif self.json is not None and not self._json_by_video:
            write_json(results, Path(self.json))

    def told(self, videos: Sequence[Path]) -> list[str]:
        """Return a line for each file that is written for `videos`: what it is, and its name."""
        return [f"{option.removeprefix('--')}: {target}" for option, target in self._targets(videos)]

    @property
    def _json_by_video(self) -> bool:
        return self.json is not None and STEM in self.json

    def _by_video(self) -> Iterator[tuple[str, str]]:
        named = {
            "--json": self.json if self._json_by_video else None,
            "--frames-csv": self.frames_csv,
            "--annotate": self.annotate,
            "--report": self.report,
            "--save-landmarks": self.save_landmarks,
        }
        return ((option, name) for option, name in named.items() if name is not None)

    def _targets(self, videos: Sequence[Path]) -> Iterator[tuple[str, Path]]:
        if self.json is not None and self.json != STDOUT and not self._json_by_video:
            yield "--json", Path(self.json)
        for option, name in self._by_video():
            for video in videos:
                yield option, _named(name, video)


def _named(name: str, video: Path) -> Path:
    return Path(name.replace(STEM, video.stem))


def _check_suffix(option: str, target: Path) -> None:
    """Refuse a name that says another kind of file than is written; a device or a pipe has no kind."""
    allowed = _SUFFIXES.get(option)
    if allowed is None or target.suffix.lower() in allowed or (target.exists() and not target.is_file()):
        return
    raise _misused(option, f"must end in {' or '.join(filter(None, allowed))}, which it writes, got {target.name!r}")


def _misused(option: str, words: str) -> typer.BadParameter:
    return typer.BadParameter(words, param_hint=option)


@contextmanager
def _frames(video: Path, words: str, result: SetResult, bar: ScoringBar) -> Iterator[Iterable[Frame]]:
    """Give the pictures of a video once more; a landmark recording has none."""
    from formcheck.scoring import is_recording
    from formcheck.sources import VideoSource

    if is_recording(video):
        yield ()
        return
    with VideoSource(video) as source:
        yield bar.watched(source, words, result.source.frames)
