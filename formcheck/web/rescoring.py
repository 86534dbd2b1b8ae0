"""Scoring a person's sets again beside the pages, one after another, so that no page waits for it."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from formcheck.errors import FormcheckError
from formcheck.store import Store
from formcheck.store.person_specs import current_text, own_spec_sha256, recorded_sets
from formcheck.store.scored import rescore, save_rescored

__all__ = ["Rescoring"]

_log = logging.getLogger(__name__)


class Rescoring:
    """One thread that brings sets to their person's own spec, the newest first; each set is one transaction.

    What it has not come to stays judged by the earlier spec, and the record knows which those are: after a stop
    `start` goes on where it ended.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rescoring")
        self._going: dict[tuple[int, str], list[Future[str]]] = {}

    def start(self, person_id: int, exercise: str) -> None:
        """Score again the sets that are not yet judged by the person's own spec."""
        own = own_spec_sha256(self._store, person_id, exercise)
        behind = [
            one.uid for one in recorded_sets(self._store, person_id, exercise) if own not in (None, one.spec_sha256)
        ]
        self._going[person_id, exercise] = [
            self._worker.submit(self._score_again, person_id, exercise, uid) for uid in behind
        ]

    def is_going(self, person_id: int, exercise: str) -> bool:
        """Whether sets are still to come."""
        return not all(one.done() for one in self._going.get((person_id, exercise), ()))

    def problems(self, person_id: int, exercise: str) -> list[str]:
        """Return why sets could not be scored again, each reason once."""
        done = [one for one in self._going.get((person_id, exercise), ()) if one.done() and not one.cancelled()]
        return list(dict.fromkeys(words for one in done if (words := one.result())))

    def stop(self) -> None:
        """Finish the set that is being scored, and leave the rest."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _score_again(self, person_id: int, exercise: str, uid: str) -> str:
        """Score one set by the spec that holds by now; return what was in the way."""
        try:
            spec_file = current_text(self._store, person_id, exercise).spec_file
            found = {one.uid: one.spec_sha256 for one in recorded_sets(self._store, person_id, exercise)}
            if found.get(uid, spec_file.sha256) != spec_file.sha256:
                save_rescored(self._store, uid, spec_file, rescore(self._store, uid, spec_file))
        except FormcheckError as error:
            _log.warning("%s", error)
            return str(error)
        return ""
