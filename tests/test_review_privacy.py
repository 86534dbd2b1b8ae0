"""The server of the review pages talks to this machine only, and reads and writes its own folder only."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from made_web import filled

from formcheck.store import open_store
from formcheck.store.items import item_ids

STRACE = shutil.which("strace")
pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed here")

CALL = re.compile(r"(?:connect|sendto|bind)\(\d+, .*")
WRITTEN = re.compile(r'open(?:at)?\([^"]*"([^"]+)", O_(?:WRONLY|RDWR)[^)]*\) = \d')


def test_strace_sees_nobody_called_and_nothing_written_elsewhere(tmp_path: Path, own_home: dict[str, str]) -> None:
    home = tmp_path / "home"
    store = open_store(home / "formcheck")
    saved = filled(store)
    item = item_ids(store, saved["reps"])["rep", 2]
    store.close()
    log = tmp_path / "calls"
    assert STRACE is not None
    traced = [STRACE, "-f", "-qq", "-o", str(log), "-e", "trace=network,openat,open"]
    server = subprocess.Popen(
        [*traced, sys.executable, "-m", "formcheck", "review", "--port", "0", "--no-browser"],
        stderr=subprocess.PIPE,
        text=True,
        env={**own_home, "XDG_DATA_HOME": str(home), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,  # so that Ctrl-C reaches the server, as in a terminal, and not strace alone
    )
    try:
        assert server.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/open\?token=\S+", server.stderr.readline())
        assert found is not None
        browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        browser.open(found[0], timeout=60).read()
        base = found[0].split("/open")[0]
        for address in ("/sessions", f"/items/{item}", f"/sessions/{saved['reps']}", "/people/1", "/agreement"):
            assert browser.open(base + address, timeout=60).status == 200
        browser.open(base + f"/items/{item}/review", data=b"answer=knee_bend:fault", timeout=60).read()
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(60)
        server.stderr.close()  # type: ignore[union-attr]
    seen = log.read_text(errors="replace")
    calls = [one for one in CALL.findall(seen) if "AF_INET" in one]
    assert any("127.0.0.1" in one for one in calls)
    assert [one for one in calls if "127.0.0.1" not in one] == []
    outside = [one for one in WRITTEN.findall(seen) if not one.startswith((str(home), "/dev/", "/proc/", "/tmp/"))]
    assert outside == []
    assert [one for one in WRITTEN.findall(seen) if one.startswith(str(home))]
