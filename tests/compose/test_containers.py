"""`make up` from a fresh clone: mail arrives, containers are killed, taken down, scaled; nothing is lost."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest

from tests.compose.engine import ALL, OURS, Containers, containers
from tests.support.api_client import ApiClient
from tests.support.waiting import eventually

BUYER = "buyer@example.com"
_TOLD = r"MyCRM is up: http://([\d.:]+)"
MODULES = {name: f"mycrm_{name.replace('-', '_')}" for name in OURS}


class Journey:
    """One person, one customer, and mail that is sent to that customer hour by hour."""

    def __init__(self, place: Containers, crm: ApiClient, *, customer: int) -> None:
        self._place, self._crm, self._customer = place, crm, customer
        # A date far from the moment of delivery would not be believed.
        now = datetime.now(UTC)  # noqa: TID251 - the services in the containers use the real clock
        self._sent_at = now.replace(microsecond=0) - timedelta(days=1)

    async def write(self) -> None:
        """Put the next mail into the mailbox's sent folder."""
        self._sent_at += timedelta(hours=1)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = (
            "sales@example.cn",
            BUYER,
            f"Offer {self._sent_at:%H} 报价",
        )
        mail["Date"], mail["Message-ID"] = (
            format_datetime(self._sent_at),
            f"<{self._sent_at:%Y%m%d%H}@example.cn>",
        )
        mail.set_content("Please find our offer. 请查收报价。")
        name = f"/mail/maildir/.Sent/new/{self._sent_at:%s}.offer"
        (mailbox,) = await self._place.ids("demo-mailbox")
        await self._place.inside(
            mailbox, "sh", "-c", f"cat > {name} && chown 10001:10001 {name}", text=mail.as_string()
        )

    async def is_known(self) -> bool:
        """Tell whether the customer was last written to when the newest mail says."""
        try:
            _, record = await self._crm.answer("GET", f"/customers/{self._customer}")
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError):
            # The last is the proxy's own page, which says that no api is there.
            return False
        date: str | None = (record or {}).get("last_contact_date")
        return date is not None and datetime.fromisoformat(date) == self._sent_at

    async def goes_on(self, *, after: str) -> None:
        """Wait until the newest mail has moved the date and all is healthy."""
        await eventually(self.is_known, what=f"the contact date after {after}", seconds=120)
        await eventually(self._place.all_healthy, what=f"all healthy after {after}", seconds=60)


@pytest.mark.timeout(3_600)
async def test_people_work_while_containers_die_and_come_back(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if not request.config.getoption("--compose"):
        pytest.skip("on demand: --compose")
    if shutil.which("docker") is None:
        pytest.fail("no container engine is here")
    async with containers(tmp_path) as place:
        said = await place.make("up")
        address, code = _found(_TOLD, said), _found(r"设置码: (\S+)", said)
        assert address == place.addresses[0], "the proxy's address is the one that people are told"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as client:
            crm = ApiClient(url=f"http://{address}", client=client)
            await crm.set_up(code=code)
            customer = await crm.ask("POST", "/customers", {"email": BUYER}, status=201)
            password = (
                (place.folder / "secrets" / "demo_mailbox_password").read_text(encoding="utf-8").strip()
            )
            await crm.connect_mailbox(
                host="demo-mailbox", port=993, username="sales@example.cn", password=password
            )
            journey = Journey(place, crm, customer=customer["id"])
            await journey.write()
            await journey.goes_on(after="the first mail")
            for service in OURS:
                (container,) = await place.ids(service)
                await _is_closed_in(place, container, service=service)
            for service in ALL:
                (container,) = await place.ids(service)
                await journey.write()
                await place.kill(container)
                await journey.goes_on(after=f"the death of {service}")
            await place.make("down")
            await place.make("up")
            await journey.write()
            await journey.goes_on(after="down and up")
            messages = await crm.ask("GET", f"/customers/{customer['id']}/messages?limit=100")
            assert len({item["subject"] for item in messages["items"]}) == len(messages["items"]) == 8
            await _two_of_each(place, journey)
            await _either_api_answers(place, crm, client, customer=customer["id"])
            messages = await crm.ask("GET", f"/customers/{customer['id']}/messages?limit=100")
            assert len(messages["items"]) == 9


async def _two_of_each(place: Containers, journey: Journey) -> None:
    twice = [word for one in ("api", "mail-fetcher", "verifier") for word in ("--scale", f"{one}=2")]
    await place.compose("up", "-d", *twice)
    await journey.write()
    await journey.goes_on(after="two of each")
    for service in ("api", "mail-fetcher", "verifier"):
        assert len(await place.ids(service)) == 2, service


async def _either_api_answers(
    place: Containers, crm: ApiClient, client: aiohttp.ClientSession, *, customer: int
) -> None:
    """A session is valid at both, what was written to one is read from the other, and the proxy knows both."""
    first, second = (ApiClient(url=f"http://{address}", client=client) for address in place.addresses[1:])
    await first.ask("PATCH", f"/customers/{customer}", {"company": "Both 两个"})
    assert (await second.ask("GET", f"/customers/{customer}"))["company"] == "Both 两个"
    one, other = await place.ids("api")
    for ended in (one, other):
        await place.stop(ended)
        for _ in range(20):
            assert (await crm.ask("GET", f"/customers/{customer}"))["company"] == "Both 两个"
        await place.start(ended)
        await eventually(place.all_healthy, what="all healthy after an api was stopped", seconds=60)


@pytest.mark.timeout(3_600)
async def test_what_the_schema_before_held_is_there_after_an_upgrade(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if not request.config.getoption("--compose"):
        pytest.skip("on demand: --compose")
    async with containers(tmp_path) as place:
        newest = await place.git("rev-parse", "HEAD")
        await place.git("checkout", "-q", await _commit_of_the_schema_before(place))
        said = await place.make("up")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as client:
            crm = ApiClient(url=f"http://{_found(_TOLD, said)}", client=client)
            await crm.set_up(code=_found(r"设置码: (\S+)", said))
            customer = await crm.ask("POST", "/customers", {"email": BUYER, "name": "买家"}, status=201)
            await place.git("checkout", "-q", newest)
            said = await place.make("up")
            crm = ApiClient(url=f"http://{_found(_TOLD, said)}", client=client)
            kept = await crm.ask("GET", f"/customers/{customer['id']}")
            assert (kept["email"], kept["name"]) == (BUYER, "买家")
            told = await place.compose("logs", "--no-color", "migrate")
            assert "backup.before_upgrade" in told, "a copy was made first"


async def _commit_of_the_schema_before(place: Containers) -> str:
    """The newest commit with containers whose database has fewer revisions."""
    versions = "libs/common/src/mycrm_common/db/migrations/versions"

    async def revisions(commit: str) -> set[str]:
        return set((await place.git("ls-tree", "--name-only", commit, f"{versions}/")).split())

    now = await revisions("HEAD")
    for commit in (await place.git("log", "--format=%H", "--", versions)).split():
        before = await place.git("rev-parse", f"{commit}^")
        if await revisions(before) < now and await place.git("ls-tree", before, "docker-compose.yml"):
            return before
    pytest.fail("no earlier commit has containers and an older schema")


async def _is_closed_in(place: Containers, container: str, *, service: str) -> None:
    """No root, nothing to write to but its own folders, and no other service's package."""
    assert (await place.inside(container, "id", "-u")).strip() == "10001"
    with pytest.raises(AssertionError, match="Read-only file system"):
        await place.inside(container, "touch", "/opt/mycrm/x")
    for other, module in MODULES.items():
        looked = f"import importlib.util as look; print(look.find_spec('{module}') is not None)"
        found = (await place.inside(container, "python", "-c", looked)).strip()
        assert found == str(other == service), (service, module)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]
