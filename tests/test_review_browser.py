"""A physio at work: the real command, a real browser, the keyboard alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from made_plan import plan_head
from made_web import filled
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from formcheck.store import open_store
from formcheck.store.items import item_ids
from formcheck.store.queue import groups

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here")

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
PLAN = (
    plan_head("Ann")
    + """\
      - {exercise: heel_raise, sets: 2, reps: 25, limits: {knee_bend: 17.0}, note: "slowly, three seconds down"}
      - {exercise: gastrocnemius_stretch, sets: 3, hold_s: 30}
    next_when:
      - {exercise: heel_raise, sessions: 3, reps: 25, pain_at_most: 2}
"""
)


@dataclass
class Served:
    """The running command: where its record lies, what to open, and who can stop it."""

    folder: Path
    address: str
    process: subprocess.Popen[str]
    env: dict[str, str]

    @property
    def base(self) -> str:
        """The address without the token."""
        return self.address.split("/open")[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, own_home: dict[str, str]) -> Iterator[Served]:
    """`formcheck review` over a filled record."""
    home = tmp_path_factory.mktemp("review-home")
    folder = home / "formcheck"
    store = open_store(folder)
    saved = filled(store)
    for uid in (saved["reps"], saved["again"]):
        store.note(uid, pain=6, note="")
    store.close()
    plan = home / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    env = {**own_home, "XDG_DATA_HOME": str(home), "HOME": str(home), "FORMCHECK_PLAN": str(plan)}
    process = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "review", "--port", "0", "--no-browser"],
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/open\?token=\S+", line)
    assert found, line
    drained = threading.Thread(target=process.stderr.read, daemon=True)
    drained.start()
    yield Served(folder, found[0], process, env)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) in (0, 130)
    drained.join(5)
    process.stderr.close()


@pytest.fixture(scope="module")
def playing() -> Iterator[Playwright]:
    """Playwright."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playing: Playwright) -> Iterator[Browser]:
    """Chromium without a window."""
    browser = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
    yield browser
    browser.close()


@dataclass
class Watched:
    """A page and what it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def watched(chromium: Browser, served: Served) -> Iterator[Watched]:
    """A page that was opened with the token."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True) as context:
        page = context.new_page()
        found = Watched(page)
        page.on(
            "console", lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", lambda request: found.asked.append(request.url))
        page.goto(served.address)
        yield found


def _pages(served: Served) -> dict[str, str]:
    store = open_store(served.folder)
    sets = {one.exercise + str(one.id): one for one in store.list_sets()}
    reps = sorted((one for one in sets.values() if one.exercise == "heel_raise"), key=lambda one: one.id)
    flagged = item_ids(store, reps[0].uid)["rep", 2]
    person = reps[0].patient_id
    store.close()
    return {
        "queue": "/",
        "rep": f"/items/{flagged}",
        "sessions": "/sessions",
        "session": f"/sessions/{reps[0].uid}",
        "people": "/people",
        "person": f"/people/{person}",
        "agreement": "/agreement",
        "limits": f"/people/{person}/limits/heel_raise",
        "compare": f"/compare?a={reps[0].uid}&b={reps[1].uid}",
        "plan": "/plan",
        "group": f"/queue/{person}/heel_raise",
        "problem": "/items/999999",
    }


PAGES = (
    "queue",
    "rep",
    "sessions",
    "session",
    "people",
    "person",
    "agreement",
    "limits",
    "compare",
    "plan",
    "group",
    "problem",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible_fits_and_complains_of_nothing(
    chromium: Browser, served: Served, scheme: str, size: str
) -> None:
    width, height = SIZES[size]
    with chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.address)
        for name, address in _pages(served).items():
            page.goto(served.base + address)
            page.wait_for_load_state("networkidle")
            if name == "problem":
                complaints.clear()  # the browser tells that the page is one of status 404
            found = Axe().run(page)
            assert found.violations_count == 0, (name, found.generate_report())
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
            assert complaints == [], name


def test_the_pages_here_are_those_with_a_link(served: Served) -> None:
    assert set(_pages(served)) == set(PAGES)


def test_nothing_but_this_machine_is_asked(watched: Watched, served: Served) -> None:
    for address in _pages(served).values():
        watched.page.goto(served.base + address)
        watched.page.wait_for_load_state("networkidle")
    assert len(watched.asked) > 20
    assert all(one.startswith((served.base, "data:", "blob:")) for one in watched.asked)
    assert len(watched.complaints) == 1  # of the page that is one of status 404


def test_the_picture_plays_and_the_cursor_goes_with_it_both_ways(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto(served.base + _pages(served)["rep"])
    page.wait_for_function("document.querySelector('.cursor') && document.getElementById('clock').textContent")
    page.keyboard.press("Space")
    _wait_for_label(page, "Play")
    before = _clock(page), _cursor(page)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert _clock(page) > before[0]
    assert _cursor(page) > before[1]
    page.keyboard.press("ArrowLeft")
    chart = page.locator("#trace .nsewdrag").first.bounding_box()
    assert chart is not None
    page.mouse.click(chart["x"] + 0.75 * chart["width"], chart["y"] + chart["height"] / 2)
    later = _clock(page)
    assert later > before[0] + 0.3
    assert abs(_cursor(page) - (chart["x"] + 0.75 * chart["width"])) < 25
    page.keyboard.press("[")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    assert page.locator(".looped").is_visible()
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert not page.locator(".looped").is_visible()
    page.keyboard.press(",")
    assert page.locator("#speed").input_value() == "0.25"


def test_the_picture_shows_somebody_and_moves(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto(served.base + _pages(served)["rep"])
    page.wait_for_function("document.getElementById('clock').textContent")
    page.keyboard.press("Space")
    _wait_for_label(page, "Play")
    one = _inked(page)
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert one[0] > 500
    assert _inked(page)[1] != one[1]


def _inked(page: Page) -> tuple[int, str]:
    return tuple(  # type: ignore[return-value]
        page.evaluate(
            """() => {
              const canvas = document.getElementById("picture");
              const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
              let count = 0;
              for (let i = 3; i < pixels.length; i += 4) count += pixels[i] > 0;
              return [count, canvas.toDataURL().slice(-400)];
            }"""
        )
    )


def _clock(page: Page) -> float:
    return float(page.locator("#clock").inner_text().replace("−", "-").removesuffix(" s"))


def _cursor(page: Page) -> float:
    box = page.locator(".cursor").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def _wait_for_label(page: Page, label: str) -> None:
    page.wait_for_function(f"document.getElementById('play').getAttribute('aria-label') === '{label}'")


def test_a_zoom_is_kept_from_rep_to_rep(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto(served.base + _pages(served)["rep"])
    page.wait_for_selector("#trace .nsewdrag")
    page.evaluate("Plotly.relayout('trace', {'xaxis.range[0]': 0.2, 'xaxis.range[1]': 0.9})")
    page.reload()
    page.wait_for_selector("#trace .nsewdrag")
    assert page.evaluate("document.getElementById('trace')._fullLayout.xaxis.range") == [0.2, 0.9]


def test_a_key_means_nothing_while_a_note_is_written(watched: Watched, served: Served) -> None:
    page = watched.page
    address = served.base + _pages(served)["rep"]
    page.goto(address)
    page.keyboard.press("m")
    page.keyboard.type("123 nz")
    assert page.locator("#note").input_value() == "123 nz"
    assert page.url == address
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "note"


def test_everything_can_be_reached_with_the_tab_key(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto(served.base + _pages(served)["rep"])
    page.wait_for_load_state("networkidle")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 20)"))
    for wanted in (
        "back",
        "play",
        "forth",
        "seek",
        "speed",
        "loop",
        "feet",
        "note",
        "next",
        "1Fault confirmed",
        "Queue",
    ):
        assert wanted in seen, wanted


def test_a_physio_works_by_keyboard_alone_from_import_to_delete(
    watched: Watched, served: Served, tmp_path: Path
) -> None:
    page = watched.page
    store = open_store(served.folder)
    first = min(store.list_sets(), key=lambda one: one.id)
    store.close()
    file = tmp_path / "patient.zip"
    _formcheck(served, "sessions", "export", first.uid, "--to", str(file))
    _formcheck(served, "sessions", "delete", first.uid, "--yes")

    _press(page, "a", "Sessions")
    with page.expect_file_chooser() as chooser:
        _press(page, "input[type=file]", "", key="Space")
    chooser.value.set_files(str(file))
    _press(page, "button", "Import")
    page.wait_for_url("**done=**")
    assert "1 new" in page.locator(".status").inner_text()

    _review_all_by_keyboard(page)
    assert "Nothing waits" in page.locator("h1").inner_text()
    _press(page, "a", "Agreement")
    all_rows = page.locator("tbody tr").all_inner_texts()
    assert all_rows

    page.goto(served.base + f"/items/{_flagged(served, first.uid)}")
    page.keyboard.press("z")
    page.wait_for_url("**done=undone")
    _press(page, "a", "Agreement")
    assert page.locator("tbody tr").all_inner_texts() != all_rows
    _press(page, "a", "Queue")
    assert page.locator("h1").inner_text() == "1 to look at"

    page.goto(served.base + f"/sessions/{first.uid}")
    with page.expect_download() as download:
        _press(page, "a", "Export for formcheck", wait=False)
    download.value.save_as(tmp_path / "back.zip")
    assert (tmp_path / "back.zip").stat().st_size > 10_000
    _press(page, "summary", "Delete this set", wait=False)
    _press(page, "#delete", "")
    assert "deleted" in page.locator(".status").inner_text()
    assert not (served.folder / "sets" / first.uid).exists()
    listed = _formcheck(served, "sessions", "import", str(tmp_path / "back.zip"))
    assert "1 set imported" in listed.stderr


def _press(page: Page, what: str, words: str, *, key: str = "Enter", wait: bool = True) -> None:
    """Go to an element with the tab key alone, see that its focus shows, and press a key on it."""
    for _ in range(200):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """([what, words]) => {
              const at = document.activeElement, style = getComputedStyle(at);
              if (!at.matches(what) || !at.textContent.includes(words)) return null;
              return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            }""",
            [what, words],
        )
        if found is not None:
            assert found, f"{words or what} has the focus and does not show it"
            break
    else:
        raise AssertionError(f"{words or what} is never reached")
    if key == "Enter" and wait:
        with page.expect_navigation():
            page.keyboard.press(key)
    else:
        page.keyboard.press(key)


def _review_all_by_keyboard(page: Page) -> None:
    _press(page, "a", "Queue")
    page.keyboard.press("n")
    page.wait_for_url("**/items/**")
    for turn in range(60):
        if "/items/" not in page.url:
            return
        with page.expect_navigation():
            page.keyboard.press("132"[turn % 3])
    raise AssertionError("the queue never ended")


def _flagged(served: Served, uid: str) -> int:
    store = open_store(served.folder)
    found = item_ids(store, uid)["rep", 2]
    assert groups(store) == []
    store.close()
    return found


def _formcheck(served: Served, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "formcheck", *words], env=served.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_scripts_every_page_shows_its_charts_and_its_forms_work(
    chromium: Browser, served: Served, scheme: str
) -> None:
    with chromium.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, java_script_enabled=False
    ) as context:
        page = context.new_page()
        page.goto(served.address)
        charts = {"rep": 1, "session": 1, "person": 1, "compare": 1}
        for name, address in _pages(served).items():
            page.goto(served.base + address)
            stills = page.locator("svg.still").all()
            assert len(stills) == charts.get(name, 0), name
            for still in stills:
                box = still.bounding_box()
                assert box is not None
                assert box["width"] > 500
                assert box["height"] > 150
            assert page.locator(".chart").count() == charts.get(name, 0)
            assert not any(one.is_visible() for one in page.locator(".chart").all()), name
        page.goto(served.base + _pages(served)["rep"])
        assert "Playback needs JavaScript" in page.locator("#screen").inner_text()
        page.locator("#note").fill("seen without scripts")
        page.locator("button[value$=':cannot_tell']").first.click()
        page.goto(served.base + _pages(served)["rep"])
        assert "seen without scripts" in page.locator(".said-list").inner_text()
        page.get_by_role("button", name="Take back my last").click()
        assert "Taken back" in page.locator(".status").inner_text()


def test_without_the_token_a_browser_sees_nothing(chromium: Browser, served: Served) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(served.base + "/")
        assert "key to these pages" in page.inner_text("body")


def test_another_site_cannot_show_the_pages_in_a_frame(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto("about:blank")
    page.set_content(f'<iframe src="{served.base}/"></iframe>')
    page.wait_for_timeout(500)
    frame = page.frames[-1]
    try:
        words = frame.locator("body").inner_text(timeout=2000)
    except Error:
        words = ""
    assert "to look at" not in words
    assert "Nothing waits" not in words
