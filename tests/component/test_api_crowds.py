"""Many people who write the same customers at the same time: each gets an answer, and all that is kept is right."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mycrm_api.domain.customers import NewCustomer
from mycrm_api.store import contacts
from mycrm_api.store.new_customers import add_some
from tests.component.api_service import ApiClient, api_service

PATH = "/api/v1/customers"
CUSTOMERS, PEOPLE, WRITES = 60, 8, 12
# All that people may be told when somebody was quicker.
OVERTAKEN = {200, 201, 204, 404, 409}


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.servers("mariadb"))])
def chosen(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings that choose a database."""
    return {"database_url": request.getfixturevalue("mariadb_url")} if request.param == "mariadb" else {}


@pytest.fixture
async def api(chosen: dict[str, str], tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path, **chosen) as client:
        client.session.headers["Origin"] = client.url
        await client.set_up()
        yield client


async def _crowd(api: ApiClient) -> list[int]:
    new = [
        NewCustomer(email=f"c{number}@example.com", company=("", "Acme", "Beta", "Gamma")[number % 4])
        for number in range(CUSTOMERS)
    ]
    async with api.runtime.for_service("api").unit() as work:
        return await add_some(work, new)


def _wish(chance: random.Random, ids: list[int], changes: list[str]) -> tuple[str, str, Any]:
    """Return what somebody asks for, in any order of ids."""
    some = chance.sample(ids, chance.randint(2, len(ids)))
    one = f"{PATH}/{chance.choice(ids)}"
    company, number = chance.choice(["", "Acme", "beta", "GAMMA"]), chance.randrange(10**6)
    wishes: list[tuple[str, str, Any]] = [
        ("POST", f"{PATH}/bulk", {"ids": some, "set": {"company": company}}),
        ("POST", f"{PATH}/bulk", {"ids": some, "set": {"country": f"C{number}"}}),
        ("POST", f"{PATH}/bulk", {"ids": some, "set": {"valid": chance.randint(0, 2)}}),
        ("POST", f"{PATH}/bulk", {"ids": some[: len(some) // 2], "delete": True}),
        ("POST", f"{one}/restore", None),
        ("PATCH", one, {"company": company, "phone": str(number)}),
        ("PATCH", one, {"name": f"N{number}"}),
        ("PATCH", one, {"email": f"c{chance.randrange(CUSTOMERS)}@example.com"}),
        ("DELETE", one, None),
        ("POST", PATH, {"email": f"c{chance.randrange(CUSTOMERS)}@example.com", "company": company}),
    ]
    if changes:
        wishes += [("POST", f"{PATH}/changes/{chance.choice(changes)}/undo", None)] * 3
    return chance.choice(wishes)


async def _person(api: ApiClient, number: int, ids: list[int], changes: list[str]) -> Counter[int]:
    chance, answers = random.Random(number), Counter[int]()
    for _ in range(WRITES):
        method, path, body = _wish(chance, ids, changes)
        status, said, headers = await api.ask(method, path, body)
        assert status in OVERTAKEN, (method, path, status, said)
        answers[status] += 1
        if "Change-Id" in headers:
            changes.append(headers["Change-Id"])
    return answers


async def test_nobody_is_answered_with_a_fault_and_what_is_kept_is_right(api: ApiClient) -> None:
    ids = await _crowd(api)
    changes: list[str] = []

    answers = await asyncio.gather(*(_person(api, number, ids, changes) for number in range(PEOPLE)))

    assert sum(answers, Counter[int]())[200] > PEOPLE
    async with api.runtime.for_service("api").reading() as look:
        assert await contacts.company_contacts_differ(look) == []
    live = {item["id"] for item in (await api.ask("GET", f"{PATH}?limit=200"))[1]["items"]}
    gone = {item["id"] for item in (await api.ask("GET", f"{PATH}/deleted?limit=200"))[1]["items"]}
    assert live & gone == set()
    assert set(ids) <= live | gone, "everybody is in one of the two lists"


async def test_two_who_restore_the_same_customer_bring_back_one(api: ApiClient) -> None:
    ids = (await _crowd(api))[:4]
    await api.ask("POST", f"{PATH}/bulk", {"ids": ids, "delete": True})

    answers = await asyncio.gather(*(api.ask("POST", f"{PATH}/{one}/restore") for one in ids * 3))

    assert Counter(status for status, _, _ in answers) == {201: 4, 409: 8}


async def test_of_a_restore_and_a_new_customer_with_the_address_one_wins(api: ApiClient) -> None:
    for number, one in enumerate((await _crowd(api))[:8]):
        await api.ask("DELETE", f"{PATH}/{one}")
        body = {"email": f"C{number}@Example.com"}

        back, new = await asyncio.gather(
            api.ask("POST", f"{PATH}/{one}/restore"), api.ask("POST", PATH, body)
        )

        assert sorted([back[0], new[0]]) == [201, 409]
        refused = back if back[0] == 409 else new
        winner = new if back[0] == 409 else back
        assert (refused[1]["code"], refused[1]["customer_id"]) == ("customer_email_taken", winner[1]["id"])
