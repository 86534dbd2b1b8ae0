"""The app: routes, templates, static files; problems become pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import formcheck
from formcheck.errors import FormcheckError
from formcheck.store import Store
from formcheck.web import agreement, exports, limits, people, plan, reviewing, sessions
from formcheck.web.guard import Guard
from formcheck.web.page import render
from formcheck.web.rescoring import Rescoring

__all__ = ["create_app"]

_HERE = Path(__file__).parent


def create_app(store: Store, *, token: str, hosts: frozenset[str]) -> Guard:
    """Return the app over a record, behind its guard. `hosts` are the values of the Host header it answers to."""
    app = FastAPI(
        title="formcheck review", version=formcheck.__version__, docs_url=None, redoc_url=None, lifespan=_lifespan
    )
    app.state.store = store
    app.state.rescoring = Rescoring(store)
    for module in (reviewing, sessions, exports, people, limits, plan, agreement):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(FormcheckError, _problem_page(HTTPStatus.NOT_FOUND))
    app.add_exception_handler(HTTPException, _http_page)
    app.add_exception_handler(RequestValidationError, _problem_page(HTTPStatus.UNPROCESSABLE_ENTITY))
    return Guard(app, token=token, hosts=hosts)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.rescoring.stop()


def _problem_page(status: HTTPStatus) -> Callable[[Request, Exception], Awaitable[Response]]:
    return partial(_answer_problem, status=status)


async def _answer_problem(request: Request, error: Exception, *, status: HTTPStatus) -> HTMLResponse:
    words = _invalid(error) if isinstance(error, RequestValidationError) else str(error)
    return render(request, "problem.html", status=status, problem=words)


def _invalid(error: RequestValidationError) -> str:
    first = error.errors()[0]
    return f"{first['loc'][-1]}: {first['msg']}"


async def _http_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = "There is no such page." if error.status_code == HTTPStatus.NOT_FOUND else str(error.detail)
    return render(request, "problem.html", status=HTTPStatus(error.status_code), problem=words)
