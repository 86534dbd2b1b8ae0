"""How often machine and reviewers agree, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from sqlalchemy import Row, func, select

from formcheck.store.repository import Store
from formcheck.store.tables import Review

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Machine against reviewers for one rule, in numbers of reviews.

    `both` saw a fault, `machine_only`, `reviewer_only`, `neither`; `open` are those where either could not tell.
    """

    exercise: str
    rule: str
    both: int
    machine_only: int
    reviewer_only: int
    neither: int
    open: int

    @property
    def judged(self) -> int:
        """Reviews in which both gave an answer."""
        return self.both + self.machine_only + self.reviewer_only + self.neither

    @property
    def share(self) -> float:
        """How many of them agree, as a share; NaN without any."""
        return (self.both + self.neither) / self.judged if self.judged else nan

    @property
    def kappa(self) -> float:
        """Cohen's kappa; NaN where one of the two always says the same, since nothing but chance can be seen then."""
        n = self.judged
        if not n:
            return nan
        machine, reviewer = (self.both + self.machine_only) / n, (self.both + self.reviewer_only) / n
        if machine in (0.0, 1.0) or reviewer in (0.0, 1.0):
            return nan
        chance = machine * reviewer + (1 - machine) * (1 - reviewer)
        return (self.share - chance) / (1 - chance)


def agreement(store: Store, patient_id: int | None = None) -> list[Agreement]:
    """Return the agreement for each exercise and rule that was reviewed; watch counts as not flagged."""
    query = (
        select(Review.exercise, Review.rule, Review.machine, Review.verdict, func.count())
        .where(Review.current.is_(True))
        .group_by(Review.exercise, Review.rule, Review.machine, Review.verdict)
    )
    if patient_id is not None:
        query = query.where(Review.patient_id == patient_id)
    with store.reading() as session:
        rows = session.execute(query).all()
    keys = sorted({(row[0], row[1]) for row in rows})
    return [_agreement(key, [row for row in rows if (row[0], row[1]) == key]) for key in keys]


def _agreement(key: tuple[str, str], rows: Iterable[Row[str, str, str, str, int]]) -> Agreement:
    counts = dict.fromkeys(("both", "machine_only", "reviewer_only", "neither", "open"), 0)
    for _, _, machine, verdict, n in rows:
        counts[_cell(machine, verdict)] += n
    exercise, rule = key
    return Agreement(exercise, rule, **counts)


def _cell(machine: str, verdict: str) -> str:
    if machine == "cannot_judge" or verdict == "cannot_tell":
        return "open"
    if machine == "fault":
        return "both" if verdict == "fault" else "machine_only"
    return "reviewer_only" if verdict == "fault" else "neither"
