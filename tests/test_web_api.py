"""No request that fits the routes, or nearly, makes the server fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from made_store import opened_store
from made_web import browser, filled
from schemathesis import GenerationMode

from formcheck.store import Store
from formcheck.store.items import item_ids

ROUTES = (
    "GET /",
    "GET /agreement",
    "GET /compare",
    "GET /items/{item_id}",
    "GET /items/{item_id}/playback.json",
    "GET /next",
    "GET /people",
    "GET /people/{person_id}",
    "GET /people/{person_id}/limits/{exercise}",
    "GET /queue/{patient_id}/{exercise}",
    "GET /plan",
    "GET /sample",
    "GET /sessions",
    "GET /sessions/{uid}",
    "GET /sessions/{uid}/clip.mp4",
    "GET /sessions/{uid}/export.zip",
    "GET /sessions/{uid}/fhir.json",
    "GET /sessions/{uid}/landmarks.trc",
    "GET /sessions/{uid}/report.html",
    "GET /sessions/{uid}/reps.csv",
    "GET /sessions/{uid}/result.json",
    "GET /static/plotly.js",
    "POST /import",
    "POST /items/{item_id}/review",
    "POST /people/{person_id}/limits/{exercise}",
    "POST /people/{person_id}/limits/{exercise}/rescore",
    "POST /people/{person_id}/name",
    "POST /reviewer",
    "POST /sessions/{uid}/delete",
    "POST /sessions/{uid}/note",
    "POST /undo",
)
Opened = tuple[Store, TestClient, "dict[str, schemathesis.APIOperation]"]  # type: ignore[name-defined]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A filled record, its pages, and the routes as the app describes them."""
    store = opened_store(tmp_path_factory.mktemp("record"))
    filled(store)
    client = browser(store)
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    found = {one.ok().label: one.ok() for one in schema.get_all_operations()}
    yield store, client, found
    store.close()


def test_the_routes_of_this_test_are_all_the_routes_there_are(opened: Opened) -> None:
    assert set(ROUTES) == set(opened[2])


@pytest.mark.parametrize("mode", list(GenerationMode), ids=[mode.value for mode in GenerationMode])
@pytest.mark.parametrize("route", ROUTES)
def test_no_request_makes_the_server_fail(opened: Opened, route: str, mode: GenerationMode) -> None:
    store, client, routes = opened
    try:
        cases = routes[route].as_strategy(generation_mode=mode)
        tried = _tried(store, client, cases)
    except Exception as error:  # a route without parameters has no wrong ones
        if "Impossible to generate negative" in str(error) or type(error).__name__ == "Unsatisfiable":
            pytest.skip("nothing to get wrong here")
        raise
    assert tried


def _tried(store: Store, client: TestClient, cases: object) -> list[int]:
    codes: list[int] = []
    real = {
        "uid": store.list_sets()[0].uid,
        "item_id": next(iter(item_ids(store, store.list_sets()[0].uid).values())),
    }

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases)  # type: ignore[arg-type]
    def send(case: schemathesis.Case) -> None:
        if case.path_parameters and len(codes) % 2:  # half of them about things that are there
            case.path_parameters.update({name: real[name] for name in real if name in case.path_parameters})
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:80")
        if isinstance(sent.get("data"), bytes):
            sent["content"] = sent.pop("data")
        answer = client.request(**{**sent, "cookies": None})
        codes.append(answer.status_code)
        assert answer.status_code < 500, (answer.status_code, answer.text[:300])

    send()
    return codes
