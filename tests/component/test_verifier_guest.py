"""The whole way of a check: a customer is added, the guest interface is asked, the customer shows the answer."""

from pathlib import Path
from typing import Any

import pytest

from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_verifier.domain.verdicts import Verdict
from mycrm_verifier.ports.provider import Outcome
from mycrm_verifier.providers.guest import GuestProvider
from mycrm_verifier.providers.web import Web
from tests.support.embedded import EmbeddedCRM, embedded_crm
from tests.support.fake_guest import LIMIT, FakeGuest, fake_guest
from tests.support.waiting import eventually


def _settings(guest: FakeGuest) -> dict[str, str]:
    return {
        "MYCRM_VERIFIER_PROVIDER": "guest",
        "MYCRM_VERIFIER_URL": guest.url,
        "MYCRM_ALLOW_PRIVATE_HOSTS": "true",
    }


APART = pytest.param("rabbitmq", marks=pytest.mark.servers("rabbitmq", "mariadb"))


@pytest.fixture(params=["local", APART])
def pair(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a bus and of the database that goes with it."""
    if request.param == "local":
        return {}
    return {
        "MYCRM_BUS_URL": request.getfixturevalue("rabbitmq_url"),
        "MYCRM_DATABASE_URL": request.getfixturevalue("mariadb_url"),
        "MYCRM_SECRET_KEY": "a secret key of more than thirty-two letters",
    }


async def _bring_up(pair: dict[str, str]) -> None:
    """Migrate a database beforehand: that takes its time, and a CRM has to be ready within its own."""
    if "MYCRM_DATABASE_URL" in pair:
        database = Database(parse_url(pair["MYCRM_DATABASE_URL"]))
        await schema.migrate(database)
        await database.close()


async def _customer(crm: EmbeddedCRM, number: int, *, log: str) -> Any:
    async def checked() -> Any:
        row = await crm.ask("GET", f"/customers/{number}")
        return row if row["last_checked_log"] == log else None

    return await eventually(checked, what=f"customer {number} to show {log}", seconds=60)


async def test_five_answers_reach_their_customers_and_the_sixth_waits(tmp_path: Path) -> None:
    async with fake_guest() as guest, embedded_crm(tmp_path, environment=_settings(guest)) as crm:
        await crm.set_up()
        names = ("ok", "gone", "all", "ok2", "gone2", "late")
        numbers = [
            (await crm.ask("POST", "/customers", {"email": f"{name}@example.com"}, status=201))["id"]
            for name in names
        ]
        logs = ("Success", "MailboxDoesNotExist", "ServerIsCatchAll", "Success", "MailboxDoesNotExist")
        rows = [await _customer(crm, number, log=log) for number, log in zip(numbers, logs, strict=False)]

        assert [row["valid"] for row in rows] == [1, 0, 2, 1, 0]
        assert {row["version"] for row in rows} == {1}
        assert all(row["last_checked_date"] for row in rows)
        queue = await crm.ask("GET", "/checks")
        assert (queue["provider"], queue["per_hour"], queue["free_calls"]) == ("guest", 5, 0)
        assert [one["email"] for one in queue["items"]] == ["late@example.com"]
        assert queue["items"][0]["expected_at"] == queue["ends_at"] is not None
        assert len(guest.asked) == 5
        found = await crm.ask("GET", f"/customers/{numbers[1]}/checks")
        assert [(one["verdict"], one["source"]) for one in found["items"]] == [("invalid", "guest")]


async def test_answers_reach_their_customers_until_the_limit_and_then_nobody_asks_again(
    tmp_path: Path, pair: dict[str, str]
) -> None:
    await _bring_up(pair)
    async with (
        fake_guest(most=2) as guest,
        embedded_crm(tmp_path, environment=_settings(guest) | pair) as crm,
    ):
        await crm.set_up()
        logs = {"all": "ServerIsCatchAll", "gone": "MailboxDoesNotExist", "late": LIMIT}
        rows = []
        for name, log in logs.items():
            email = f"{name}@example.com"
            added = await crm.ask("POST", "/customers", {"email": email}, status=201)
            rows.append(await _customer(crm, added["id"], log=log))
        await crm.ask("POST", "/customers", {"email": "later@example.com"}, status=201)

        assert [row["valid"] for row in rows] == [2, 0, 2]
        assert [row["last_checked_date"] is not None for row in rows] == [True, True, False]

        async def queued() -> Any:
            queue = await crm.ask("GET", "/checks")
            return queue if queue["waiting"] == 2 else None

        queue = await eventually(queued, what="both to wait", seconds=60)
        assert queue["blocked_until"] is not None
        assert queue["free_calls"] == 0
        assert guest.asked == ["all@example.com", "gone@example.com", "late@example.com"]


async def test_a_person_asks_and_has_the_answer_at_once_and_can_correct_it(tmp_path: Path) -> None:
    async with fake_guest() as guest, embedded_crm(tmp_path, environment=_settings(guest)) as crm:
        await crm.set_up()
        await crm.ask("POST", "/customers", {"email": "gone@example.com"}, status=201)
        await _customer(crm, 1, log="MailboxDoesNotExist")

        said = await crm.ask("POST", "/customers/1/check", status=201)

        assert (said["verdict"], said["source"]) == ("invalid", "guest")

        row = await crm.ask("GET", "/customers/1")
        headers = {"Origin": crm.url, "If-Match": f'"{row["version"]}"'}
        async with crm._client.patch(
            f"{crm.url}/api/v1/customers/1", json={"valid": 1}, headers=headers
        ) as edited:
            assert (edited.status, (await edited.json())["valid"]) == (200, 1)

        async def corrected() -> Any:
            found = (await crm.ask("GET", "/customers/1/checks"))["items"]
            return found if found[0]["source"] == "person" else None

        found = await eventually(corrected, what="the check to say that a person has decided", seconds=60)
        assert [(one["source"], one["valid"]) for one in found] == [("person", 1), ("guest", 0), ("guest", 0)]
        assert (await crm.ask("GET", "/customers/1"))["valid"] == 1
        assert guest.asked == ["gone@example.com"] * 2


ODD = ('"a b"@example.com', "a/b?c#d%20e@example.com", "x'y@example.com", "张伟@例子.test", "a+b@example.com")


@pytest.mark.parametrize("email", ODD)
async def test_an_odd_address_arrives_as_it_is(email: str) -> None:
    async with fake_guest() as guest:
        answer = await GuestProvider(base=guest.url, web=Web(allow_private=True)).check(email)

    assert guest.asked == [email]
    assert answer.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, "<html>captcha</html>", Outcome.FAILED),
        (200, "", Outcome.FAILED),
        (200, "[1]", Outcome.FAILED),
        (200, "null", Outcome.FAILED),
        (200, '{"response": "x"}', Outcome.FAILED),
        (
            200,
            '{"email": "b@example.com", "response": {"status": 0, "log": "MailboxDoesNotExist"}}',
            Outcome.FAILED,
        ),
        (200, '{"email": "a@example.com", "response": {"status": "0", "log": 5}}', Outcome.FAILED),
        (200, "[" * 60_000, Outcome.FAILED),
        (200, "x" * 200_000, Outcome.FAILED),
        (302, "", Outcome.FAILED),
        (500, "MailboxDoesNotExist", Outcome.FAILED),
        (429, "", Outcome.LIMITED),
        (200, f'"{LIMIT}"', Outcome.LIMITED),
    ],
)
async def test_what_is_no_answer_says_nothing_of_the_address(
    status: int, body: str, outcome: Outcome
) -> None:
    async with fake_guest() as guest:
        guest.pages.append((status, "text/html", body))
        answer = await GuestProvider(base=guest.url, web=Web(allow_private=True)).check("a@example.com")

    assert answer.outcome is outcome
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.log


async def test_a_provider_in_the_own_network_is_refused_unless_allowed() -> None:
    async with fake_guest() as guest:
        for url in (guest.url, guest.url.replace("127.0.0.1", "localhost")):
            answer = await GuestProvider(base=url, web=Web(allow_private=False)).check("a@example.com")
            assert answer.outcome is Outcome.FAILED
            assert "private" in answer.log

    assert guest.asked == []
