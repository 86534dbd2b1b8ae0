"""`formcheck sessions`: the record of sets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from formcheck.cli.frame import chatter, show, show_text

if TYPE_CHECKING:
    from formcheck.model import Hold, Rep
    from formcheck.specs.loader import SpecFile
    from formcheck.specs.schema import ExerciseSpec
    from formcheck.store import SetSummary, Store
    from formcheck.store.scored import Change

__all__ = ["sessions"]

sessions = typer.Typer(no_args_is_help=True, help="The record: list, show, export, import, delete, score again.")

_LONGEST_ID: Final = 32
"""With it a table of 80 columns still has room for names of people."""

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for machines.")]
Name = Annotated[str, typer.Argument(metavar="SET", help="The set's name, or its beginning, as listed.")]


@sessions.command("list")
def list_all(
    person: Annotated[str | None, typer.Option(help="Only this person's sets.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List the sets, newest first."""
    with _store() as store:
        found = store.list_sets(person=person)
    if as_json:
        show_text(json.dumps([_as_json(one) for one in found], indent=2, ensure_ascii=False) + "\n")
        return
    if not found:
        chatter("no sets yet; `formcheck live ID` and `formcheck score --save` keep them")
        return
    show(_listed(found))


@sessions.command("show")
def show_one(name: Name, as_json: AsJson = False) -> None:
    """Show one set as it was scored."""
    from formcheck.report import About, render_table, result_json
    from formcheck.store.scored import load_result

    with _store() as store:
        found = store.find_set(name)
        result = load_result(store, found.uid)
        about = About(_spec_of(store, found), metronome=found.metronome)
    if as_json:
        show_text(json.dumps({**_as_json(found), "result": result_json(result)}, indent=2, ensure_ascii=False) + "\n")
        return
    pain = [f"pain {words} {value} of 10" for words, value in _pain(found) if value is not None]
    show_text(f"{found.uid}  {', '.join([found.person, _when(found), found.exercise, *pain])}\n")
    show(render_table(result, about))


@sessions.command("export")
def export(
    names: Annotated[list[str], typer.Argument(metavar="SET...", help="The sets to send.")],
    to: Annotated[Path, typer.Option(metavar="FILE.zip", help="The file to write.")],
    with_names: Annotated[
        bool, typer.Option("--names", help="Also names of people and of files; without, the file names nobody.")
    ] = False,
    no_clip: Annotated[
        bool, typer.Option("--no-clip", help="Leave out the videos; without this, they show the person.")
    ] = False,
) -> None:
    """Write sets with their recordings and videos to one file, for somebody to import.

    The file names nobody unless asked, but a video that was kept shows the person: see --no-clip.
    """
    from formcheck.store.transfer import export_sets

    with _store() as store:
        found = {one.uid: one for one in map(store.find_set, names)}
        export_sets(store, list(found), to, names=with_names, clips=not no_clip)
    videos = 0 if no_clip else sum(one.has_clip for one in found.values())
    chatter(f"{to}: {_sets(len(found))} exported, {'with' if with_names else 'without'} names, {_shown_in(videos)}")


@sessions.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="An export of formcheck.")],
    person: Annotated[
        str | None, typer.Option(help="What to call a person whose export has no name.", show_default=False)
    ] = None,
) -> None:
    """Take in an export; sets that are there already change nothing."""
    from formcheck.store.transfer import import_sets

    with _store() as store:
        done = import_sets(store, file, person=person)
    chatter(f"{file}: {_sets(len(done.added))} imported, {len(done.known)} there already, {done.reviews} new reviews")


@sessions.command("delete")
def delete(
    names: Annotated[list[str], typer.Argument(metavar="SET...", help="The sets to delete.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete sets: their rows, reviews and files, for good."""
    with _store() as store:
        found = [store.find_set(name) for name in names]
        for one in {each.uid: each for each in found}.values():
            if yes or typer.confirm(f"Delete {one.uid[:8]} ({one.person}, {one.exercise}, {_when(one)})?", err=True):
                store.delete(one.uid)
                chatter(f"{one.uid[:8]}: deleted")


@sessions.command("rescore")
def rescore(
    names: Annotated[list[str], typer.Argument(metavar="SET...", help="The sets to score again.")],
    spec: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FILE", help="The spec; default: the person's own, else the exercise's.", show_default=False
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the new scoring; the earlier one stays beside it.")
    ] = False,
) -> None:
    """Score sets again from their recordings and tell what changes; nothing is saved unless asked."""
    from formcheck.store.scored import changes, load_result, save_rescored
    from formcheck.store.scored import rescore as score_again

    with _store() as store:
        for name in names:
            found = store.find_set(name)
            if store.spec_of(found.spec_sha256).spec.movement.kind == "guided":
                show_text(f"{found.uid[:8]}: guided, nothing of it is measured; it stays as it is\n")
                continue
            spec_file = _spec_for(store, found, spec)
            before, after = load_result(store, found.uid), score_again(store, found.uid, spec_file)
            lines = [_change_words(change) for change in changes(before, after) if change.differs]
            show_text(f"{found.uid[:8]}: {'nothing changes' if not lines else '; '.join(lines)}\n")
            if save:
                save_rescored(store, found.uid, spec_file, after)
                chatter(f"{found.uid[:8]}: the new scoring is kept")


def _spec_of(store: Store, found: SetSummary) -> ExerciseSpec | None:
    """Return the spec that judged; None where this version cannot read it any more."""
    from formcheck.errors import SpecError

    try:
        return store.spec_of(found.spec_sha256).spec
    except SpecError:
        return None


def _spec_for(store: Store, found: SetSummary, spec: str | None) -> SpecFile:
    from formcheck.specs.loader import load_spec

    if spec is not None:
        return load_spec(spec)
    return store.spec_for(found.person, found.exercise) or load_spec(found.exercise)


def _change_words(change: Change) -> str:
    from formcheck.model import Hold

    item = change.after or change.before
    assert item is not None
    noun = "hold" if isinstance(item, Hold) else "rep"
    words = [_verdict_words(one) for one in (change.before, change.after)]
    return f"{noun} {item.index} {words[0]} → {words[1]}"


def _verdict_words(item: Rep | Hold | None) -> str:
    if item is None:
        return "not counted"
    from formcheck.feedback.verdicts import verdict_words

    rules = ", ".join(fault.rule.replace("_", " ") for fault in item.faults)
    return f"{verdict_words(item)} ({rules})" if rules else verdict_words(item)


def _listed(found: Sequence[SetSummary]) -> Table:
    """Return a line a set, and one for a remark. Where room is short, names of people fold; ids and heads do not."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    for heading in ("set", "when"):
        table.add_column(heading, no_wrap=True)
    table.add_column("person", overflow="fold", min_width=len("person"))
    short = all(len(one.exercise) <= _LONGEST_ID for one in found)
    table.add_column("exercise", no_wrap=short, overflow="fold", min_width=len("exercise"))
    for heading in ("done", "✓", "✕", "?"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        lines = filter(None, (one.exercise, _remark(one)))
        table.add_row(one.uid[:8], _when(one), Text(one.person), Text("\n".join(lines)), *_numbers(one))
    return table


def _remark(one: SetSummary) -> str:
    from formcheck.feedback.words import is_judged, unjudged_words

    if one.state != "closed":
        return "unfinished"
    return "" if is_judged(one.summary) else unjudged_words(one.summary, one.counts.completed)


def _numbers(one: SetSummary) -> tuple[str, str, str, str]:
    """Return the counts; a dash for what does not exist where nothing is judged, rather than a zero."""
    from formcheck.feedback.words import is_judged

    counts = one.counts
    if is_judged(one.summary):
        return str(counts.completed), str(counts.valid), str(counts.flagged), str(counts.cannot_judge)
    return "–" if "confirmed" in one.summary else str(counts.completed), "–", "–", "–"


def _as_json(one: SetSummary) -> dict[str, Any]:
    told = {
        name: value for name, value in asdict(one).items() if name not in ("summary", "short")
    }  # the result has both
    return {**told, "performed_at": one.performed_at.isoformat()}


def _pain(one: SetSummary) -> tuple[tuple[str, int | None], ...]:
    return ("before", one.pain_before), ("after", one.pain)


def _when(one: SetSummary) -> str:
    return one.performed_at.astimezone().strftime("%Y-%m-%d %H:%M")


def _shown_in(videos: int) -> str:
    if not videos:
        return "without video"
    told = "a video that shows" if videos == 1 else f"{videos} videos that show"
    return f"with {told} the person; --no-clip leaves {'it' if videos == 1 else 'them'} out"


def _sets(count: int) -> str:
    return "1 set" if count == 1 else f"{count} sets"


@contextmanager
def _store() -> Iterator[Store]:
    from formcheck.store import open_store

    store = open_store()
    try:
        yield store
    finally:
        store.close()
