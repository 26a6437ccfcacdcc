"""What was copied comes back row by row, into the same kind of database and into the other one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, insert, select, update

from mycrm_backup.adapters.age import AgeCipher
from mycrm_backup.domain.names import NamePattern
from mycrm_backup.service import dumper_for, restorer_for
from mycrm_backup.store import runs
from mycrm_backup.targets.opening import TargetOpener
from mycrm_backup.usecases.make_backup import Maker, make_backup
from mycrm_backup.usecases.restore_backup import Restored, restore_backup
from mycrm_common.clock import SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db import schema
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.tables import all_tables
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.messages import messages, msg_addrs
from mycrm_common.db.tables.settings import config
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import MyCRMError
from mycrm_common.logs import LogShelf, open_logs
from tests.contract.backup_places import nobody

PATTERN = NamePattern.read("/kept/mycrm-%Y%m%d.zip")
EDGES = (
    "",
    " ",
    "中文",
    "\U0001f600\U0001f468\u200d\U0001f469",
    'it\'s \\ "quoted"',
    "a\nb\r\nc\td\0e",
    "é e\u0301",
    "NULL",
    "\ufeff",
)
CUSTOMERS, MESSAGES = 2_000, 5_000
_AT_ONCE = 1_000
_OWN = {"backup_runs", "outbox"}


class Quiet:
    """Tells nobody."""

    async def tell(self, what: str) -> None:
        """Tell nobody."""


class Office:
    """A database with its rows, and how it is copied and restored."""

    def __init__(self, url: str, folder: Path, *, copies: Path) -> None:
        self.url, self.folder = url, folder
        self.targets = TargetOpener(place=copies, trusted=nobody)
        self.cipher = AgeCipher(recipients="", identity="")

    def open(self) -> Database:
        return Database(parse_url(self.url))

    async def fill(self, *, people: int = CUSTOMERS, mails: int = MESSAGES) -> None:
        database = self.open()
        await schema.migrate(database)
        at = datetime(2026, 1, 1, 2, 3, 4, 567_891, tzinfo=UTC)
        filled: list[tuple[Table, Iterable[dict[str, Any]]]] = [
            (customers, (_customer(number, at) for number in range(people))),
            (messages, (_message(number, at) for number in range(mails))),
            (msg_addrs, (_address(number, at) for number in range(mails))),
            (config, [{"parameter": "theme", "value": None}, {"parameter": " x", "value": EDGES[5]}]),
        ]
        for table, rows in filled:
            left = iter(rows)
            while some := list(islice(left, _AT_ONCE)):
                await _put(database, table, some)
        await database.close()

    async def digests(self) -> Mapping[str, Sequence[bytes]]:
        """A digest of every row of every table but the copies' own, however many they are."""
        database = self.open()
        found = {}
        for table in all_tables().sorted_tables:
            if table.name not in _OWN:
                own = [column for column in table.columns if column.computed is None]
                wanted = select(*own).order_by(*table.primary_key.columns)
                async with database.reading() as reading:
                    rows = await reading.connection.stream(wanted)
                    found[table.name] = [
                        blake2b(repr(tuple(row)).encode(), digest_size=16).digest() async for row in rows
                    ]
        await database.close()
        return found

    async def copy(self, *, portable: bool) -> None:
        database = self.open()
        units = SqlUnits(database, service="backup", clock=SystemClock(), crash=CrashPoints())
        log = open_logs(level="error", clock=SystemClock(), shelf=LogShelf(), shown="error")
        maker = Maker(
            cipher=self.cipher,
            pings=Quiet(),
            dumper=dumper_for(self.url, work_folder=self.folder / "work", program=None),
            targets=self.targets,
            runs=runs,
            pattern=PATTERN,
            place="here",
            days_saved=10,
            portable=portable,
            zone=UTC,
            unit=units,
            reading=database.reading,
            clock=SystemClock(),
            log=log,
            limit=timedelta(hours=1),
        )
        await make_backup(due_at=datetime(2026, 1, 1, tzinfo=UTC), asked=True, maker=maker)
        await database.close()

    async def restore(self, *, at: date | None = None, into: str = "") -> Restored:
        return await restore_backup(
            at=at,
            into=into,
            now=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
            zone=UTC,
            pattern=PATTERN,
            targets=self.targets,
            restorer=restorer_for(self.url, work_folder=self.folder / "work", program=None),
            cipher=self.cipher,
            work_folder=self.folder / "work",
        )

    async def rows(self) -> Mapping[str, Sequence[Row[Any]]]:
        """Every row of every table but the copies' own: the run is written down after the dump."""
        database = self.open()
        found = {}
        async with database.reading() as reading:
            for table in all_tables().sorted_tables:
                if table.name not in _OWN:
                    # What the database works out by itself is its own affair: SQLite's texts end at a NUL there.
                    own = [column for column in table.columns if column.computed is None]
                    wanted = select(*own).order_by(*table.primary_key.columns)
                    found[table.name] = (await reading.connection.execute(wanted)).all()
        await database.close()
        return found


async def _put(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    units = SqlUnits(database, service=table.info["owner"], clock=SystemClock(), crash=CrashPoints())
    async with units() as work:
        await work.connection.execute(insert(table), rows)


def _edge(number: int) -> str:
    return EDGES[number % len(EDGES)]


def _customer(number: int, at: datetime) -> dict[str, Any]:
    texts = ("name", "company", "country", "address", "phone", "website", "comment", "last_checked_log")
    return {
        **{text: _edge(number + place) for place, text in enumerate(texts)},
        "email": f"c{number}@example.cn",
        "email_key": f"c{number}@example.cn",
        "name_key": f"{number}",
        "company_key": "",
        "importance": number % 6,
        "valid": number % 3,
        "version": 2**53 + number,
        "last_contact_date": at + timedelta(microseconds=number) if number % 2 else None,
        "created_at": at,
        "updated_at": at,
    }


def _message(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number + 1,
        "sender": _edge(number),
        "date": at + timedelta(seconds=number),
        "type": ("receive", "sendto", "system")[number % 3],
        "subject": _edge(number + 1),
        "content": _edge(number) * (number % 300),
        "content_key": number.to_bytes(4, "big") + bytes(range(number % 200, number % 200 + 28)),
        "message_id": f"<{number}>",
        "sender_address": "a@example.com",
        "attachments": "[]",
        "blocked_images": 0,
        "stored_at": at,
    }


def _address(number: int, at: datetime) -> dict[str, Any]:
    address = f"c{number % CUSTOMERS}@example.cn"
    return {"msg_id": number + 1, "address": address, "address_key": address, "role": "to", "date": at}


@pytest.fixture
async def sqlite_office(tmp_path: Path) -> Office:
    """An office with a SQLite database."""
    return Office(f"sqlite+aiosqlite:///{tmp_path}/mycrm.db", tmp_path / "a", copies=tmp_path / "copies")


@pytest.fixture
async def mariadb_office(tmp_path: Path, mariadb_url: str) -> Office:
    """An office with a MariaDB."""
    return Office(mariadb_url, tmp_path / "b", copies=tmp_path / "copies")


@pytest.mark.servers("mariadb")
@pytest.mark.parametrize("goal", ["sqlite", "mariadb"])
@pytest.mark.parametrize("source", ["sqlite", "mariadb"])
async def test_every_row_comes_back(
    source: str,
    goal: str,
    sqlite_office: Office,
    mariadb_office: Office,
    pytestconfig: pytest.Config,
) -> None:
    people, mails = pytestconfig.getoption("backup_customers"), pytestconfig.getoption("backup_messages")
    offices = {"sqlite": sqlite_office, "mariadb": mariadb_office}
    await offices[source].fill(people=people, mails=mails)
    before = await offices[source].digests()
    await offices[source].copy(portable=source != goal)
    if source == goal:
        await _spoil(offices[source])
        assert await offices[source].digests() != before

    restored = await offices[goal].restore()

    after = await offices[goal].digests()
    assert {name: len(rows) for name, rows in after.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert after == before
    tables = restored.manifest.contents.tables
    assert (tables["customers"].rows, tables["messages"].rows) == (people, mails)


async def _spoil(office: Office) -> None:
    database = office.open()
    units = SqlUnits(database, service="api", clock=SystemClock(), crash=CrashPoints())
    async with units() as work:
        await work.connection.execute(update(customers).values(name="somebody else"))
    await database.close()


async def test_what_was_there_is_kept(sqlite_office: Office) -> None:
    await sqlite_office.fill()
    await sqlite_office.copy(portable=False)
    await _spoil(sqlite_office)

    restored = await sqlite_office.restore()

    kept = Office(
        f"sqlite+aiosqlite:///{restored.kept_as}", sqlite_office.folder, copies=sqlite_office.folder
    )
    names = {row.name for row in (await kept.rows())["customers"]}
    assert names == {"somebody else"}


async def test_a_database_that_is_in_use_is_left_alone(sqlite_office: Office) -> None:
    await sqlite_office.fill()
    await sqlite_office.copy(portable=False)
    database = sqlite_office.open()

    with pytest.raises(MyCRMError, match="backup_database_in_use"):
        await sqlite_office.restore()

    await database.close()
    assert len((await sqlite_office.rows())["customers"]) == CUSTOMERS


async def test_another_place_is_filled_and_the_database_left_alone(
    sqlite_office: Office, tmp_path: Path
) -> None:
    await sqlite_office.fill()
    await sqlite_office.copy(portable=False)
    await _spoil(sqlite_office)

    await sqlite_office.restore(into=str(tmp_path / "beside.db"))

    beside = Office(f"sqlite+aiosqlite:///{tmp_path}/beside.db", tmp_path, copies=tmp_path)
    assert {row.name for row in (await sqlite_office.rows())["customers"]} == {"somebody else"}
    assert "somebody else" not in {row.name for row in (await beside.rows())["customers"]}
    with pytest.raises(MyCRMError, match="backup_swap_refused"):
        await sqlite_office.restore(into=str(tmp_path / "beside.db"))


async def test_a_copy_of_the_other_kind_without_portable_rows_is_refused(
    sqlite_office: Office, tmp_path: Path
) -> None:
    await sqlite_office.fill()
    await sqlite_office.copy(portable=False)
    [manifest] = (tmp_path / "copies").rglob("*.json")
    manifest.write_text(manifest.read_text().replace('"engine": "sqlite"', '"engine": "mariadb"'))

    with pytest.raises(MyCRMError, match="backup_engine_differs"):
        await sqlite_office.restore()


async def test_a_day_without_copies_has_none(sqlite_office: Office) -> None:
    await sqlite_office.fill()
    await sqlite_office.copy(portable=False)

    with pytest.raises(MyCRMError, match="backup_not_found"):
        await sqlite_office.restore(at=date(2020, 1, 1))
