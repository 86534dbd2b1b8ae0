"""One long video on several cores: parts with overlap, joined so that nothing shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from formcheck.errors import FormcheckError
from formcheck.model import LandmarkRecording, PoseObservation
from formcheck.pose import same_place
from formcheck.session.loop import REFINED, Task, record_part, record_whole
from formcheck.session.workers import Progress, in_processes
from formcheck.sources import early_end_notes

__all__ = ["SPLIT_FROM_S", "record_split"]

SPLIT_FROM_S: Final = 20.0
"""Shorter videos are not split: starting a second process would cost more than it saves."""
WARM_UP_S: Final = 3.0
"""A part starts this much before what is kept of it, so that tracking and smoothing have settled."""
PRELUDE_S: Final = 2.0
"""What a later part's look at the start of the video takes, as a rule."""
REFINED_SD: Final = 3.0
"""Parts whose refined points differ by more standard deviations than this measure from different rests."""


def record_split(task: Task, announced_s: float, jobs: int, progress: Progress) -> LandmarkRecording:
    """Record parts of one video in processes of their own and join them.

    Where a part follows somebody else than the one before it, it is recorded again; where it measures from another rest
    (the person came into place late), all is recorded in one go.
    """
    lead_s = WARM_UP_S if task.refiner_factory is None else WARM_UP_S + PRELUDE_S
    spans = _spans(announced_s, jobs, lead_s)
    tasks = [replace(task, start_s=start_s, stop_s=stop_s) for start_s, _, stop_s in spans]
    done_s = [0.0] * len(tasks)
    total_s = announced_s + (len(tasks) - 1) * WARM_UP_S

    def tell(index: int, part_s: float, _: float) -> None:
        done_s[index] = part_s
        progress(min(sum(done_s), total_s), total_s)

    parts: dict[int, LandmarkRecording] = {}
    for index, outcome in in_processes(record_part, tasks, jobs=len(tasks), progress=tell):
        if isinstance(outcome, FormcheckError):
            raise outcome
        parts[index] = outcome
    joined = parts[0]
    for index, (_, keep_s, _) in enumerate(spans[1:], start=1):
        part = parts[index]
        if len(part) and not _agree(joined, part, keep_s, same_place):
            person = _last_seen(joined, tasks[index].start_s)
            part = record_part(replace(tasks[index], person=person), lambda done_s, total_s: None)
        if len(part) and not _agree(joined, part, keep_s, _same_refinement):
            return record_whole(task, progress)
        joined = _join(joined, part)
    notes = early_end_notes(joined.source.duration_s, announced_s)
    return replace(joined, notes=(*notes, *joined.notes))


def _spans(announced_s: float, jobs: int, lead_s: float) -> list[tuple[float, float, float]]:
    """Return (start, keep from, stop) in seconds of parts that take equally long.

    All but the first begin `WARM_UP_S` before what is kept of them, and their work before that is `lead_s` long.
    """
    count = max(min(jobs, int(announced_s // (SPLIT_FROM_S / 2))), 1)
    length_s = (announced_s + (count - 1) * lead_s) / count
    keeps = [length_s + index * (length_s - lead_s) for index in range(count - 1)]
    starts = [keep_s - WARM_UP_S for keep_s in keeps]
    return list(zip([0.0, *starts], [0.0, *keeps], [*keeps, math.inf], strict=True))


def _agree(
    before: LandmarkRecording,
    recording: LandmarkRecording,
    keep_s: float,
    alike: Callable[[PoseObservation, PoseObservation], bool],
) -> bool:
    """Whether two parts are `alike` in most of the frames they share, once the later one has settled."""
    settled_s = keep_s - WARM_UP_S / 2
    _, mine, theirs = np.intersect1d(before.time_s, recording.time_s, assume_unique=True, return_indices=True)
    pairs = [(i, j) for i, j in zip(mine, theirs, strict=True) if before.time_s[i] >= settled_s]
    agreeing = sum(alike(before.observation(i), recording.observation(j)) for i, j in pairs)
    return 2 * agreeing >= len(pairs) > 0


def _same_refinement(one: PoseObservation, other: PoseObservation) -> bool:
    """Whether what only a refiner finds is in the same place, within what it claims to know, or found in neither."""
    apart_px = np.hypot(*(one.points[REFINED] - other.points[REFINED]).T)
    allowed_px = REFINED_SD * np.maximum(one.sd_px[REFINED], other.sd_px[REFINED])
    found, also = (np.isfinite(each.points[REFINED, 0]) for each in (one, other))
    return bool(np.all((found == also) & (~found | (apart_px <= allowed_px))))


def _last_seen(recording: LandmarkRecording, time_s: float) -> PoseObservation | None:
    """Return the last observation up to `time_s` in which somebody was seen."""
    seen = np.flatnonzero((recording.time_s <= time_s) & np.isfinite(recording.points[:, 0, 0]))
    return recording.observation(int(seen[-1])) if len(seen) else None


def _join(before: LandmarkRecording, part: LandmarkRecording) -> LandmarkRecording:
    """Return `before` followed by the frames of `part` after its end."""
    kept = part.time_s > before.time_s[-1]
    if not kept.any():
        return before
    frames = len(before) + int(kept.sum())
    return replace(
        before,
        source=replace(part.source, frames=frames),
        time_s=np.concatenate([before.time_s, part.time_s[kept]]),
        points=np.concatenate([before.points, part.points[kept]]),
        visibility=np.concatenate([before.visibility, part.visibility[kept]]),
        sd_px=np.concatenate([before.sd_px, part.sd_px[kept]]),
        notes=tuple(dict.fromkeys([*before.notes, *part.notes])),
    )
