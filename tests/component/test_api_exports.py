"""Exports through the web door: the exact headers, which customers, in which order, and as a file."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from mycrm_common.db.tables.customers import customers
from tests.component.api_service import ApiClient, api_service
from tests.component.uploads import do, look, send_file

CHINESE = "联系人,邮箱,客户评级,公司,国家,地址,电话,网站,备注,最近联系时间,有效性"
ENGLISH = "Name,Email,Importance,Company,Country,Address,Phone,Website,Comment,Last_contact_date,Valid"
THERE = (
    {"email": "c@example.com", "name": "", "importance": 5, "company": "Acme", "valid": 1},
    {"email": "a@example.com", "name": "李", "importance": 3, "comment": "<b>x</b>\ny", "valid": 2},
    {"email": "b@example.com", "name": "=1+1", "phone": "+86 1", "importance": 1, "valid": 0},
    {"email": "+d@example.com", "name": "'quoted", "country": "中国", "importance": 4, "valid": 1},
)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path, time_zone="Asia/Shanghai") as client:
        await client.set_up()
        for fields in THERE:
            assert (await do(client, "/customers", fields))[0] == 201
        yield client


async def _export(api: ApiClient, path: str) -> tuple[str, list[list[str]], str]:
    """Return the header line, the rows, and what the file is called."""
    async with api.session.get(f"{api.url}/api/v1/exports/{path}") as response:
        raw = await response.read()
        assert response.status == 200, raw
        assert response.content_type == "text/csv"
        named = response.headers["Content-Disposition"]
    assert raw.startswith(b"\xef\xbb\xbf")
    head, _, rest = raw.decode("utf-8-sig").partition("\r\n")
    return head, list(csv.reader(io.StringIO(rest, newline=""))), named


def _addresses(rows: list[list[str]]) -> list[str]:
    return [row[1].lstrip("'")[:1].replace("+", "d") for row in rows]


@pytest.mark.parametrize(
    ("path", "head", "addresses"),
    [
        ("all", CHINESE, "cabd"),
        ("all?sort=-email", CHINESE, "cbad"),
        ("valid", CHINESE, "cd"),
        ("invalid", CHINESE, "b"),
        ("template", CHINESE, ""),
        ("filtered", ENGLISH, "cabd"),
        ("filtered?only_valid=true&sort=-importance", ENGLISH, "cda"),
        ("filtered?field=company&value=acme", ENGLISH, "c"),
        ("followup?operator=%3E%3D&importance=3&days=7", ENGLISH, "cad"),
        ("followup?operator=%3D&importance=3&days=7", ENGLISH, "a"),
    ],
)
async def test_each_kind_has_its_headers_and_its_customers(
    api: ApiClient, path: str, head: str, addresses: str
) -> None:
    found, rows, named = await _export(api, path)

    assert found == head
    assert "".join(_addresses(rows)) == addresses
    assert f'attachment; filename="export_{path.partition("?")[0]}' in named


async def test_cells_stand_as_they_are_stored_and_run_nowhere(api: ApiClient) -> None:
    _, rows, _ = await _export(api, "all")

    assert [row[0] for row in rows] == ["", "李", "'=1+1", "'quoted"]
    assert [row[1] for row in rows] == ["c@example.com", "a@example.com", "b@example.com", "'+d@example.com"]
    assert (rows[1][8], rows[2][6]) == ("<b>x</b>\ny", "'+86 1")
    _, greeted, _ = await _export(api, "filtered?field=email&value=c@")
    assert [row[0] for row in greeted] == ["Sir"]


async def test_the_contact_date_is_the_teams_clock(api: ApiClient) -> None:
    moment = datetime(2026, 1, 31, 17, 5, 6, tzinfo=UTC)
    async with api.runtime.unit_for("api")() as work:
        await work.connection.execute(
            update(customers).where(customers.c.id == 1).values(last_contact_date=moment)
        )

    _, rows, _ = await _export(api, "all")

    assert rows[0][9] == "2026-02-01 01:05:06"


async def test_an_export_that_is_imported_again_changes_nothing(api: ApiClient) -> None:
    async with api.session.get(f"{api.url}/api/v1/exports/all") as response:
        raw = await response.read()

    _, one = await send_file(api, raw)

    assert one["counts"] == {"new": 0, "update": 0, "same": 4, "conflict": 0, "invalid": 0}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("everything", 404),
        ("all?sort=nothing", 422),
        ("all?days=3", 422),
        ("followup?operator=%3C", 422),
        ("filtered?field=nothing&value=1", 422),
    ],
)
async def test_what_cannot_be_exported_is_refused(api: ApiClient, path: str, status: int) -> None:
    assert (await look(api, f"/exports/{path}"))[0] == status
