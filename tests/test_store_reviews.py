"""The queue holds what waits and nothing else; no word is ever overwritten; kappa agrees with its definition."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_fault, made_recording, made_rep, made_result, made_walk
from made_store import made_set

from formcheck.errors import StoreError
from formcheck.specs.loader import load_spec
from formcheck.store import Store
from formcheck.store.agreement import Agreement, agreement
from formcheck.store.items import find_item, item_ids, unreviewed_sample
from formcheck.store.queue import groups, next_item, queue_of
from formcheck.store.reviews import CANNOT_JUDGE, record_review, reviews_of, undo
from formcheck.store.scored import save_rescored

COUNT = st.integers(0, 60)


def _id(store: Store, uid: str, number: int) -> int:
    return item_ids(store, uid)["rep", number]


def _waiting(store: Store) -> list[int]:
    return [one.number for group in groups(store) for one in queue_of(store, group.patient_id, group.exercise)]


def test_the_queue_is_what_was_flagged_or_not_judged_worst_first(store: Store) -> None:
    made_set(store, ("cannot_judge", "ok", "fault", "watch", "fault"))
    assert _waiting(store) == [3, 5, 1]


def test_an_empty_record_has_an_empty_queue(store: Store) -> None:
    assert groups(store) == []
    assert next_item(store) is None
    assert unreviewed_sample(store, 0.5) is None


def test_strides_are_no_sample_of_what_was_found_good(store: Store) -> None:
    result = made_walk()
    store.save_set(load_spec("walking"), result, made_recording(result))
    assert unreviewed_sample(store, 0.0) is None
    uid, *_ = made_set(store, ("ok",))
    assert unreviewed_sample(store, 0.0) == item_ids(store, uid)["rep", 1]


def test_a_verdict_takes_the_rep_out_and_undo_puts_it_back(store: Store) -> None:
    uid = made_set(store, ("fault", "ok"))[0]
    record_review(store, _id(store, uid, 1), "knee_bend", "no_fault", reviewer="Eva", note="camera tilted")
    assert _waiting(store) == []
    assert undo(store, "Eva") == _id(store, uid, 1)
    assert _waiting(store) == [1]
    said = reviews_of(store, _id(store, uid, 1))
    assert [(one.verdict, one.note, one.current) for one in said] == [
        ("no_fault", "camera tilted", False),
        ("withdrawn", "", False),
    ]


def test_undo_without_a_verdict_does_nothing(store: Store) -> None:
    made_set(store)
    assert undo(store, "Eva") is None


def test_undo_takes_back_only_the_reviewer_s_own_word(store: Store) -> None:
    uid = made_set(store, ("fault",))[0]
    record_review(store, _id(store, uid, 1), "knee_bend", "fault", reviewer="Eva")
    assert undo(store, "Bo") is None
    assert _waiting(store) == []


def test_undo_brings_back_what_the_reviewer_had_said_before(store: Store) -> None:
    uid = made_set(store, ("fault",))[0]
    for verdict in ("fault", "cannot_tell"):
        record_review(store, _id(store, uid, 1), "knee_bend", verdict, reviewer="Eva")  # type: ignore[arg-type]
    undo(store, "Eva")
    assert [(one.verdict, one.current) for one in reviews_of(store, _id(store, uid, 1))] == [
        ("fault", True),
        ("cannot_tell", False),
        ("withdrawn", False),
    ]


def test_reviewers_stand_beside_one_another_and_the_machine(store: Store) -> None:
    uid = made_set(store, ("fault",))[0]
    item = _id(store, uid, 1)
    record_review(store, item, "knee_bend", "fault", reviewer="Eva")
    record_review(store, item, "knee_bend", "no_fault", reviewer="Bo")
    said = reviews_of(store, item)
    assert [(one.reviewer, one.verdict, one.current) for one in said] == [
        ("Eva", "fault", True),
        ("Bo", "no_fault", True),
    ]
    assert {(one.machine, one.limit) for one in said} == {("fault", 12.0)}
    assert find_item(store, item).item.verdict == "fault"


def test_a_rep_with_two_faults_waits_until_both_have_a_verdict(store: Store) -> None:
    rep = made_rep(1, "fault", faults=(made_fault("knee_bend"), made_fault("trunk_lean")))
    spec = made_set(store, ("ok",))[2]
    result = replace(made_result(("fault",)), reps=(rep,))
    uid = store.save_set(spec, result, made_recording(result))
    record_review(store, _id(store, uid, 1), "knee_bend", "fault", reviewer="Eva")
    assert _waiting(store) == [1]
    record_review(store, _id(store, uid, 1), "trunk_lean", "cannot_tell", reviewer="Eva")
    assert _waiting(store) == []


def test_what_was_not_judged_takes_one_verdict_as_a_whole(store: Store) -> None:
    uid = made_set(store, ("cannot_judge",))[0]
    record_review(store, _id(store, uid, 1), CANNOT_JUDGE, "no_fault", reviewer="Eva")
    assert _waiting(store) == []


def test_next_goes_through_a_group_then_the_next_and_round(store: Store) -> None:
    made_set(store, ("fault", "fault"), person="Ann")
    made_set(store, ("fault", "cannot_judge"), person="Bo")
    seen = [next_item(store)]
    for _ in range(4):
        seen.append(next_item(store, seen[-1]))
    assert len(set(seen[:4])) == 4
    assert seen[4] == seen[0]


def test_next_after_the_last_one_is_none(store: Store) -> None:
    uid = made_set(store, ("fault",))[0]
    item = _id(store, uid, 1)
    record_review(store, item, "knee_bend", "fault", reviewer="Eva")
    assert next_item(store, item) is None


def test_two_reviewers_at_once_lose_nothing(store: Store) -> None:
    uid = made_set(store, tuple(["fault"] * 12))[0]
    problems: list[BaseException] = []

    def review(who: str) -> None:
        try:
            for number in range(1, 13):
                record_review(store, _id(store, uid, number), "knee_bend", "fault", reviewer=who)
        except BaseException as error:
            problems.append(error)
            raise

    threads = [threading.Thread(target=review, args=(who,)) for who in ("Eva", "Bo", "Cai")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert _waiting(store) == []
    assert agreement(store)[0].both == 36


def test_reviews_stay_with_a_rep_that_is_scored_again(store: Store) -> None:
    uid, result, spec = made_set(store, ("fault", "fault", "ok"))
    record_review(store, _id(store, uid, 1), "knee_bend", "no_fault", reviewer="Eva")
    after = replace(
        result, reps=(made_rep(1, "fault"), made_rep(2, "ok"), made_rep(3, "fault", faults=(made_fault("fade"),)))
    )
    save_rescored(store, uid, spec, after)
    assert _waiting(store) == [3]
    assert len(reviews_of(store, find_item(store, _id(store, uid, 1)).root_id)) == 1


def test_a_verdict_on_a_page_that_was_open_while_its_rep_was_scored_again_settles_the_new_one(store: Store) -> None:
    uid, result, spec = made_set(store, ("fault", "ok"))
    opened = _id(store, uid, 1)
    save_rescored(store, uid, spec, result)
    assert _id(store, uid, 1) != opened
    record_review(store, opened, "knee_bend", "fault", reviewer="Eva")
    assert _waiting(store) == []
    undo(store, "Eva")
    assert _waiting(store) == [1]


def test_reviewing_and_scoring_again_at_once_lose_nothing(store: Store) -> None:
    uid, result, spec = made_set(store, tuple(["fault"] * 8))
    problems: list[BaseException] = []

    def tried(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            problems.append(error)
            raise

    def review() -> None:
        for number in range(1, 9):
            record_review(store, _id(store, uid, number), "knee_bend", "fault", reviewer="Eva")

    def score() -> None:
        for _ in range(4):
            save_rescored(store, uid, spec, result)

    threads = [threading.Thread(target=tried, args=(act,)) for act in (review, score, score)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert _waiting(store) == []
    assert agreement(store)[0].both == 8


@pytest.mark.parametrize("verdict", ["withdrawn", "", "FAULT", "'; drop table review; --"])
def test_only_the_three_verdicts_are_taken(store: Store, verdict: str) -> None:
    uid = made_set(store, ("fault",))[0]
    with pytest.raises(StoreError, match="no verdict"):
        record_review(store, _id(store, uid, 1), "knee_bend", verdict, reviewer="Eva")  # type: ignore[arg-type]


@pytest.mark.parametrize("evil", ["'; DROP TABLE item; --", "Robert'); --", '" OR 1=1 --', "%", "\\"])
def test_words_never_become_sql(store: Store, evil: str) -> None:
    uid = made_set(store, ("fault",), person=f"P {evil}")[0]
    item = _id(store, uid, 1)
    record_review(store, item, evil, "fault", reviewer=evil, note=evil)
    assert [(one.rule, one.reviewer, one.note) for one in reviews_of(store, item)] == [(evil, evil, evil)]
    assert store.list_sets(person=f"P {evil}")[0].uid == uid


def test_agreement_counts_each_pair_of_words_once(store: Store) -> None:
    uid = made_set(store, ("fault", "fault", "fault", "ok", "ok", "watch"))[0]
    for number, verdict in enumerate(("fault", "no_fault", "cannot_tell", "no_fault", "fault", "no_fault"), start=1):
        record_review(store, _id(store, uid, number), "knee_bend", verdict, reviewer="Eva")  # type: ignore[arg-type]
    (found,) = agreement(store)
    assert found == Agreement("heel_raise", "knee_bend", both=1, machine_only=1, reviewer_only=1, neither=2, open=1)


@given(both=COUNT, machine=COUNT, reviewer=COUNT, neither=COUNT)
def test_kappa_is_agreement_beyond_chance(both: int, machine: int, reviewer: int, neither: int) -> None:
    found = Agreement("e", "r", both, machine, reviewer, neither, 0)
    n = both + machine + reviewer + neither
    if n == 0 or both + machine in (0, n) or both + reviewer in (0, n):
        assert isnan(found.kappa)
        return
    chance = ((both + machine) * (both + reviewer) + (n - both - machine) * (n - both - reviewer)) / n**2
    assert found.kappa == pytest.approx(((both + neither) / n - chance) / (1 - chance))
    swapped = Agreement("e", "r", neither, reviewer, machine, both, 0)
    assert swapped.kappa == pytest.approx(found.kappa)


def test_kappa_of_a_published_table() -> None:
    # Cohen's own form, as in Fleiss, Levin & Paik 2003: 20 + 15 agree of 50, expected 25
    assert Agreement("e", "r", both=20, machine_only=5, reviewer_only=10, neither=15, open=0).kappa == pytest.approx(
        0.4
    )
