"""What exercises in the record are called: by the spec that judged them, so that a physio's own keep their names."""

from __future__ import annotations

from sqlalchemy import select

from formcheck.errors import SpecError
from formcheck.feedback.words import title
from formcheck.store.repository import Store
from formcheck.store.tables import Scoring, Spec

__all__ = ["exercise_name"]

_NAMES: dict[str, str] = {}
"""By the hash of a spec's text, which never changes its meaning: parsing takes longer than a page should wait."""


def exercise_name(store: Store, exercise: str, spec_sha256: str | None = None) -> str:
    """Return the name in a spec, or in the one that judged an exercise last; the id in words where there is none."""
    sha256 = _latest(store, exercise) if spec_sha256 is None else spec_sha256
    if sha256 is None:
        return title(exercise)
    if sha256 not in _NAMES:
        try:
            _NAMES[sha256] = store.spec_of(sha256).spec.name
        except SpecError:  # a spec of an older form
            _NAMES[sha256] = title(exercise)
    return _NAMES[sha256]


def _latest(store: Store, exercise: str) -> str | None:
    query = (
        select(Scoring.spec_sha256)
        .join(Spec, Spec.sha256 == Scoring.spec_sha256)
        .where(Spec.exercise == exercise)
        .order_by(Scoring.id.desc())
        .limit(1)
    )
    with store.reading() as session:
        return session.scalar(query)
