"""Who may ask: this machine's browser that was given the token, from these pages, with requests of a sane size."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["COOKIE", "Guard"]

COOKIE: Final = "formcheck_review"
OPEN_PATH: Final = "/open"
_MOST_FORM: Final = 64_000
_MOST_UPLOAD: Final = 2_500_000_000
_UPLOAD_PATH: Final = "/import"
_ASSETS: Final = "/static/"

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with "no-referrer" browsers would send forms with the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Wraps the app. `token` stands in the address that is opened; it is answered with a cookie of another value."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token = token
        self._hosts = hosts
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, open, or pass on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        send = _with_headers(send, nonce, kept=scope["path"].startswith(_ASSETS))
        answer = self._answer(scope, Headers(scope=scope))
        if answer is not None:
            await answer(scope, receive, send)
            return
        most = _MOST_UPLOAD if scope["path"] == _UPLOAD_PATH else _MOST_FORM
        await self._app(scope, _limited(receive, most), send)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """Return what to answer in place of the app; None lets the request through."""
        if headers.get("host", "") not in self._hosts:
            return _refused(HTTPStatus.MISDIRECTED_REQUEST, "This server answers only under its own address.")
        if not _from_these_pages(scope["method"], headers, self._hosts):
            return _refused(HTTPStatus.FORBIDDEN, "Requests from other sites are refused.")
        if scope["path"] == OPEN_PATH:
            return self._opened(scope)
        given = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        if not secrets.compare_digest(given.encode(), self._session.encode()):
            words = "Open the address that `formcheck review` printed; it holds the key to these pages."
            return _refused(HTTPStatus.UNAUTHORIZED, words)
        most = _MOST_UPLOAD if scope["path"] == _UPLOAD_PATH else _MOST_FORM
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {most} bytes are taken here.")
        return None

    def _opened(self, scope: Scope) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return _refused(HTTPStatus.UNAUTHORIZED, "The key in this address is not the one that was printed.")
        answer = RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
        answer.set_cookie(COOKIE, self._session, httponly=True, samesite="strict", path="/")
        return answer


def _from_these_pages(method: str, headers: Headers, hosts: frozenset[str]) -> bool:
    """Whether a request comes from these pages or from the address bar; what changes anything, only from the pages."""
    site = headers.get("sec-fetch-site")
    if method in ("GET", "HEAD"):
        return site in (None, "same-origin", "none")
    origin = headers.get("origin")
    if origin is not None and origin.removeprefix("http://") not in hosts:
        return False
    return site in (None, "same-origin")


def _refused(status: HTTPStatus, words: str) -> Response:
    return PlainTextResponse(words + "\n", status_code=status)


def _with_headers(send: Send, nonce: str, *, kept: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = _POLICY.format(nonce=nonce)
            for name, value in _HEADERS.items():
                headers[name] = value
            if not kept or message["status"] != HTTPStatus.OK:
                headers["cache-control"] = "no-store"
        await send(message)

    return sending


def _limited(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    """Cut a body that is longer than it may be, also where it never said how long it is."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most else message

    return receiving
