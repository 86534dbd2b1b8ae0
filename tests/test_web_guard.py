"""Nobody but this machine's browser with the token gets in, and nothing but these pages may ask for changes."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from made_web import TOKEN, browser

from formcheck.store import Store
from formcheck.web.guard import COOKIE

Shared = tuple[Store, dict[str, str]]
PAGES = ("/", "/sessions", "/people", "/agreement", "/next", "/static/review.css", "/static/plotly.js", "/openapi.json")


@pytest.mark.parametrize("page", PAGES)
def test_without_the_cookie_there_is_nothing(shared: Shared, page: str) -> None:
    answer = browser(shared[0], opened=False).get(page)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "Ann" not in answer.text


@pytest.mark.parametrize("given", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_a_wrong_token_opens_nothing(shared: Shared, given: str) -> None:
    answer = browser(shared[0], opened=False).get("/open", params={"token": given})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "set-cookie" not in answer.headers


def test_the_token_gives_a_strict_cookie_of_another_value(shared: Shared) -> None:
    answer = browser(shared[0], opened=False).get(f"/open?token={TOKEN}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert answer.headers["location"] == "/"


def test_two_servers_do_not_take_each_other_s_cookies(shared: Shared) -> None:
    one, other = browser(shared[0]), browser(shared[0], opened=False)
    other.cookies.set(COOKIE, one.cookies[COOKIE])
    assert other.get("/").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1:81", "127.0.0.1", "", "127.0.0.1:80.evil"]
)
def test_another_host_name_is_refused(shared: Shared, host: str) -> None:
    assert browser(shared[0]).get("/", headers={"host": host}).status_code == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_requests_that_other_sites_make_are_refused(shared: Shared, site: str, method: str) -> None:
    answer = browser(shared[0]).request(method, "/undo" if method == "post" else "/", headers={"sec-fetch-site": site})
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_the_address_bar_may_look_but_not_change(shared: Shared) -> None:
    client = browser(shared[0])
    assert client.get("/", headers={"sec-fetch-site": "none"}).status_code == HTTPStatus.OK
    assert client.post("/undo", headers={"sec-fetch-site": "none"}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:81", "https://127.0.0.1:80"])
def test_a_form_of_another_origin_is_refused(shared: Shared, origin: str) -> None:
    assert browser(shared[0]).post("/undo", headers={"origin": origin}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("page", ["/", "/nothing", "/open?token=x", "/items/999999"])
def test_every_answer_carries_the_policy(shared: Shared, page: str) -> None:
    headers = browser(shared[0]).get(page).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_the_policy_s_nonce_is_new_each_time(shared: Shared) -> None:
    client = browser(shared[0])
    assert len({client.get("/").headers["content-security-policy"] for _ in range(5)}) == 5


def test_a_form_that_is_too_long_is_refused(shared: Shared) -> None:
    answer = browser(shared[0]).post("/reviewer", data={"name": "x" * 100_000})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_length_that_is_no_number_is_refused(shared: Shared) -> None:
    answer = browser(shared[0]).post("/undo", headers={"content-length": "ten"})
    assert answer.status_code in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_REQUEST)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../page.py",
        "/static/%2e%2e/page.py",
        "/static//etc/passwd",
        "/sessions/..%2f..%2frecord.sqlite3/clip.mp4",
        "/sessions/%2e%2e/clip.mp4",
        "/sessions/" + "0" * 32 + "/clip.mp4",
        "/static/%00",
    ],
)
def test_no_address_reaches_other_files(shared: Shared, path: str) -> None:
    answer = browser(shared[0]).get(path)
    assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST)
    assert b"SQLite" not in answer.content
    assert b"root:" not in answer.content
