"""Every address of the API with what its description allows and what it does not: no fault, no undescribed answer.

`--schema-cases` says how many calls are made over all operations. The cases are the same in every run.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from mycrm_api import service as api_wiring
from mycrm_api.resources.waiting import Patience
from tests.component.api_service import ApiClient, api_service

# They last for as long as somebody listens: of these the beginning is looked at.
STREAM = "text/event-stream"
# Signing out would make every call after it the same.
LEFT_OUT = {("DELETE", "/api/v1/session")}


# The service runs beside in the same process, and its jobs choose their pauses by chance.
@pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
@pytest.mark.timeout(900)
async def test_the_api_does_what_its_description_says(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody is there who would answer: all that is asked of other services comes to its 202, and soon.
    monkeypatch.setattr(api_wiring, "Patience", partial(Patience, seconds=0.02, pause_seconds=0.01))
    cases, number = pytestconfig.getoption("--schema-cases"), pytestconfig.getoption("--schema-seed")
    async with api_service(tmp_path, log_level="error") as api:
        await api.set_up()
        await _fill(api)
        document = (await api.ask("GET", "/openapi.json"))[1]
        faults = await asyncio.to_thread(_fuzz, api, document, cases, number)

    assert not faults, "\n\n".join(faults)


async def _fill(api: ApiClient) -> None:
    for number in range(3):
        form = {"email": f"buyer{number}@example.com", "company": "示例公司"}
        assert (await api.ask("POST", "/api/v1/customers", form, headers={"Origin": api.url}))[0] == 201
    access = {"mail_host": "mail.example.com", "mail_username": "sales", "mail_password": "secret"}
    assert (await api.ask("PATCH", "/api/v1/settings", access, headers={"Origin": api.url}))[0] == 200


def _fuzz(api: ApiClient, document: Any, cases: int, number: int) -> list[str]:
    """Make the calls, and return what was wrong, each fault once for an operation."""
    schema = schemathesis.openapi.from_dict(_without_doors(document))
    schema.config.update(base_url=api.url)
    operations: list[Any] = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == sum(len(path) for path in document["paths"].values())
    chosen = [one for one in operations if (one.method.upper(), one.path) not in LEFT_OUT]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    each = max(cases // (len(chosen) * len(modes)), 1)
    with requests.Session() as session:
        session.headers["Origin"] = api.url
        session.cookies.update({one.key: one.value for one in api.session.cookie_jar})
        return [
            fault
            for operation in chosen
            for mode in modes
            for fault in _try(operation, mode, partial(_faults, session, operation), each, number)
        ]


def _without_doors(document: Any) -> Any:
    """Leave out who may come in: the session is ours, and what strangers are told has tests of its own."""
    paths = {
        path: {
            method: {name: said for name, said in operation.items() if name != "security"}
            for method, operation in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    components = {name: said for name, said in document["components"].items() if name != "securitySchemes"}
    return {**document, "paths": paths, "components": components}


def _faults(session: requests.Session, operation: Any, case: Case[Any]) -> list[str]:
    """Make one call, and return what was wrong.

    One check is left out: that all that a schema allows is taken. No schema says what a cursor, an address or a date
    must be to mean something here, so a 422 with the field's name is a right answer.
    """
    if STREAM in _media(operation):
        return _faults_of_a_stream(session, operation, case)
    response = case.call(session=session, timeout=30)
    try:
        case.validate_response(response, excluded_checks=[positive_data_acceptance])
    except FailureGroup as group:
        return [str(failure) for failure in group.exceptions]
    return []


def _faults_of_a_stream(session: requests.Session, operation: Any, case: Case[Any]) -> list[str]:
    """Hear how a stream begins, and hang up."""
    with session.request(**case.as_transport_kwargs(), stream=True, timeout=30) as response:
        kind = response.headers["Content-Type"].partition(";")[0]
        if str(response.status_code) not in operation.definition.raw["responses"]:
            return [f"{response.status_code} is not described"]
        if response.status_code != HTTPStatus.OK:
            return [] if kind == "application/problem+json" and "code" in response.json() else [response.text]
        beginning = next(response.iter_lines())
        return [] if kind == STREAM and beginning.startswith(b"retry: ") else [f"{kind}: {beginning!r}"]


def _media(operation: Any) -> set[str]:
    answers = operation.definition.raw["responses"].values()
    return {name for answer in answers for name in answer.get("content", {})}


def _try(
    operation: Any, mode: GenerationMode, faults: Callable[[Case[Any]], list[str]], count: int, number: int
) -> Iterator[str]:
    """Call one operation so often, and return what was wrong."""
    found: list[str] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Case[Any]) -> None:
        said = f"{operation.label} [{mode.value}]"
        found.extend(f"{said} {fault}\n{case.as_curl_command()[:600]}" for fault in faults(case))

    try:
        call()
    except Exception as error:
        if "unsatisf" not in type(error).__name__.lower():
            raise
    yield from found
