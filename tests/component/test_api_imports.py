"""Imports through the web door: what is answered, what is refused, and that nothing is left of what breaks off."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from mycrm_common.db.tables.imports import import_pieces, import_rows, imports
from tests.component.api_service import ApiClient, api_service
from tests.component.uploads import BOUNDARY, SENT, do, look, multipart, send_file
from tests.component.workbooks import a_workbook
from tests.support.waiting import eventually

THREE = b"Name,Email,Company\nLi,li@example.com,Acme\nWu,wu@example.com,\nZhao,nobody,\n"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiClient]:
    async with api_service(tmp_path) as client:
        await client.set_up()
        yield client


async def _left(api: ApiClient) -> list[int]:
    async with api.runtime.database.reading() as reading:
        return [
            (await reading.connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (imports, import_pieces, import_rows)
        ]


async def test_a_file_is_previewed_applied_and_undone(api: ApiClient) -> None:
    status, one = await send_file(api, THREE)
    assert status == 201
    assert (one["state"], one["counts"]) == (
        "previewed",
        {"new": 2, "update": 0, "same": 0, "conflict": 0, "invalid": 1},
    )
    assert [column["field"] for column in one["columns"]] == ["name", "email", "company"]
    assert [row["kind"] for row in one["rows"]] == ["new", "new", "invalid"]
    assert one["rows"][2]["reason"]["code"] == "email_invalid"
    assert (await look(api, "/customers"))[1]["items"] == []

    status, one = await do(api, f"/imports/{one['id']}/apply")
    assert (status, one["state"], one["applied"]["added"]) == (200, "applied", 2)
    status, again = await do(api, f"/imports/{one['id']}/apply")
    assert (status, again["applied"]) == (200, one["applied"])
    assert len((await look(api, "/customers"))[1]["items"]) == 2

    status, one = await do(api, f"/imports/{one['id']}/undo")
    assert (status, one["state"], one["undone"]) == (200, "undone", {"reversed": 2, "kept": 0, "failed": 0})
    assert (await look(api, "/customers"))[1]["items"] == []
    assert [item["state"] for item in (await look(api, "/imports"))[1]["items"]] == ["undone"]


async def test_an_update_shows_old_and_new_of_each_field(api: ApiClient) -> None:
    await do(api, "/customers", {"email": "li@example.com", "name": "Li", "phone": "110"})

    _, one = await send_file(api, b"Email,Name,Phone\nLI@example.com,Li Wei,110\n")

    [row] = one["rows"]
    assert (row["kind"], row["changes"]) == ("update", {"name": {"old": "Li", "new": "Li Wei"}})


async def test_rows_are_paged_and_told_apart_by_kind(api: ApiClient) -> None:
    raw = "Email\n" + "".join(f"c{number}@example.com\nbad{number}\n" for number in range(30))
    _, one = await send_file(api, raw.encode())
    found: list[int] = []
    path = f"/imports/{one['id']}/rows?kind=invalid&limit=20"
    status, page = await look(api, path)
    while True:
        assert status == 200
        found += [row["line"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        status, page = await look(api, f"{path}&cursor={page['next_cursor']}")

    assert found == [3 + 2 * number for number in range(30)]


async def test_who_was_deleted_with_the_address_is_named(api: ApiClient) -> None:
    _, li = await do(api, "/customers", {"email": "li@example.com", "name": "Li"})
    await api.ask("DELETE", f"/api/v1/customers/{li['id']}", headers={"Origin": api.url})

    _, one = await send_file(api, THREE)

    assert one["rows"][0]["deleted_before"]["id"] == li["id"]
    assert one["rows"][1]["deleted_before"] is None


async def test_who_sent_a_file_and_why_rows_are_not_taken_is_told(api: ApiClient) -> None:
    raw = b"Email,Name,Rating,Shade\nx,Li,,dark\ny,Wu,,\nz@example.com,Zhao,9,\na@example.com,A,,\na@example.com,B,,\n"
    _, one = await send_file(api, raw)

    assert one["by_name"] == (await look(api, "/me"))[1]["username"]
    assert [(cause["code"], cause["field"], cause["count"]) for cause in one["causes"]] == [
        ("email_invalid", "email", 2),
        ("number_large", "importance", 1),
        ("rows_contradict", "name", 1),
    ]
    assert (one["columns"][3]["field"], one["columns"][3]["samples"]) == (None, ["dark"])
    assert (await look(api, "/imports"))[1]["items"][0]["by_name"] == one["by_name"]
    _, page = await look(api, f"/imports/{one['id']}/rows?reason=email_invalid&limit=1")
    assert [row["line"] for row in page["items"]] == [2]
    _, page = await look(api, f"/imports/{one['id']}/rows?reason=email_invalid&cursor={page['next_cursor']}")
    assert [row["line"] for row in page["items"]] == [3]


async def test_columns_charset_and_delimiter_can_be_put_right(api: ApiClient) -> None:
    raw = "甲|x;li@example.com;公司甲\n乙;wu@example.com;公司乙\n".encode("gb18030")
    _, one = await send_file(api, raw, query="?delimiter=;&header=false&charset=gb18030")
    assert [row["values"]["name"] for row in one["rows"]] == ["甲|x", "乙"]

    columns = {"columns": ["company", "email", None]}
    status, one = await do(api, f"/imports/{one['id']}/columns", columns)

    assert (status, one["state"]) == (200, "previewed")
    assert [row["values"] for row in one["rows"]] == [{"company": "甲|x"}, {"company": "乙"}]


async def test_what_is_rejected_comes_back_with_reasons_and_can_be_sent_again(api: ApiClient) -> None:
    raw = 'Name,Email,Importance\nLi,"li@example.com, bad",9\nWu,"wu@example.com nobody",1\n"Zhao,z@example.com,1\n'
    _, one = await send_file(api, raw.encode())
    _, text, headers = await api.ask("GET", f"/api/v1/imports/{one['id']}/rejected")

    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert headers["Content-Disposition"].startswith('attachment; filename="customers-rejected.csv"')
    assert [(row["Name"], row["Email"], row["Importance"], row["Line"]) for row in rows] == [
        ("Li", "li@example.com, bad", "9", "2"),
        ("Wu", "nobody", "1", "3"),
        ('"Zhao,z@example.com,1', "", "", "4"),
    ]
    assert [row["Reason"].partition(":")[0] for row in rows] == [
        "number_large",
        "email_invalid",
        "quotes_unbalanced",
    ]
    corrected = text.replace(",9,", ",5,").replace("nobody", "nobody@example.com")
    _, again = await send_file(api, corrected.encode())
    assert again["counts"] == {"new": 2, "update": 0, "same": 0, "conflict": 0, "invalid": 2}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "import_empty"),
        (b"\n\n\n", "import_empty"),
        ("联系人,邮箱\n".encode(), "import_empty"),
        (b"Email,E-mail\na@example.com,b@example.com\n", "columns_wrong"),
        (b"One,Two\n1,2\n", "columns_wrong"),
        (b"," * 5_000 + b"\na@example.com\n", "columns_many"),
        (b"PK\x03\x04" + b"\0" * 1_000, "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 1_000, "sheet_unreadable"),
        (bytes(range(256)) * 20, "sheet_unreadable"),
    ],
)
async def test_what_is_no_table_of_customers_is_refused_and_nothing_is_kept(
    api: ApiClient, raw: bytes, code: str
) -> None:
    status, said = await send_file(api, raw)

    assert (status, said["code"]) == (422, code)
    assert await _left(api) == [0, 0, 0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Li," + "x" * 3_000_000 + ",", "line_long"),
        ("Li," + " ".join(f"c{number}@example.com" for number in range(10_000)), "addresses_many"),
        ("Li,a\0@example.com,Acme", "email_invalid"),
        ("L\0i,a@example.com,Acme", "text_unprintable"),
        ("Li,a@example.com," + "x" * 300, "text_long"),
        ("Li,a@example.com,Acme,and,more", "cells_many"),
        ("Li," + "," * 1_000_000, "columns_many"),
        ('Li,a@example.com,"Acme" Ltd', "quotes_unbalanced"),
        ('Li,a@example.com,"Acme', "quotes_unbalanced"),
        ("Li,,Acme", "email_missing"),
    ],
)
async def test_a_line_that_cannot_be_taken_says_why_and_the_others_are_taken(
    api: ApiClient, line: str, reason: str
) -> None:
    raw = f"Name,Email,Company\r\nWu,wu@example.com,\r{line}\nZhao,zhao@example.com,Acme\r\n"

    status, one = await send_file(api, raw.encode())

    assert status == 201
    assert (one["counts"]["new"], one["counts"]["invalid"]) == (2, 1)
    [bad] = [row for row in one["rows"] if row["kind"] == "invalid"]
    assert (bad["reason"]["code"], bad["line"]) == (reason, 3)


async def test_bytes_of_another_charset_are_not_guessed_at(api: ApiClient) -> None:
    _, one = await send_file(
        api, "Email,Name\na@example.com,蓝光\n".encode("gb18030"), query="?charset=utf-8"
    )

    assert one["rows"][0]["reason"]["code"] == "text_undecodable"


async def test_a_workbook_is_read_like_a_table(api: ApiClient) -> None:
    raw = a_workbook(
        [
            ["联系人", "邮箱", "客户评级", "电话"],
            ["李", "li@example.com", 3.0, 13_800_138_000],
            [],
            ["吴", "wu@example.com"],
        ]
    )

    status, one = await send_file(api, raw, name="客户.xlsx")

    assert (status, one["file_name"], one["layout"]["kind"]) == (201, "客户.xlsx", "xlsx")
    assert [row["values"] for row in one["rows"]] == [
        {"name": "李", "importance": 3, "phone": "13800138000"},
        {"name": "吴"},
    ]
    assert [row["line"] for row in one["rows"]] == [2, 4]


async def test_rows_of_a_workbook_that_cannot_be_taken_say_why_and_the_others_are_taken(
    api: ApiClient,
) -> None:
    many = " ".join(f"c{number}@example.com" for number in range(10_000))
    raw = a_workbook(
        [
            ["Email", "Name"],
            ["wide@example.com", *["x"] * 5_000],
            ["long@example.com", "x" * 3_000_000],
            [many, "Many"],
            ["good@example.com", "Good"],
        ]
    )

    status, one = await send_file(api, raw, name="customers.xlsx")

    assert (status, one["counts"]["new"], one["counts"]["invalid"]) == (201, 1, 3)
    assert [(row["line"], (row["reason"] or {}).get("code")) for row in one["rows"]] == [
        (2, "columns_many"),
        (3, "text_long"),
        (4, "addresses_many"),
        (5, None),
    ]


async def test_a_workbook_that_unfolds_without_end_is_refused(api: ApiClient) -> None:
    bomb = io.BytesIO()
    small = io.BytesIO(a_workbook([["Email"], ["a@example.com"]]))
    with zipfile.ZipFile(small) as whole, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            if "sheet1" not in name:
                archive.writestr(name, whole.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(100):
                sheet.write(b" " * 1_000_000)

    status, said = await send_file(api, bomb.getvalue())

    assert (status, said["code"]) == (422, "sheet_unreadable")
    assert "far too much" in said["detail"]


async def test_a_workbook_that_defines_entities_is_refused(api: ApiClient) -> None:
    raw = a_workbook([["Email"], ["a@example.com"]], before=b'<!DOCTYPE x [<!ENTITY a "b">]>')

    status, said = await send_file(api, raw)

    assert (status, said["code"]) == (422, "sheet_unreadable")


async def test_half_an_upload_leaves_nothing(api: ApiClient) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield multipart(b"Email\n" + b"a@example.com\n" * 100_000)[:-200_000]
        await asyncio.sleep(0.2)
        raise ConnectionAbortedError

    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        async with api.session.post(
            f"{api.url}/api/v1/imports", data=half(), headers=SENT | {"Origin": api.url}
        ):
            pass

    async def nothing_is_left() -> bool:
        return await _left(api) == [0, 0, 0]

    await eventually(nothing_is_left, what="the end of the upload", seconds=20)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"Email\na@example.com", {"Content-Type": "text/csv"}, 415, "media_type_unsupported"),
        (b"{}", {"Content-Type": "application/json"}, 415, "media_type_unsupported"),
        (b"x", {"Content-Type": "multipart/form-data"}, 400, "body_unreadable"),
        (b"nothing here", SENT, 400, "body_unreadable"),
        (multipart(b"Email\na@example.com", part="other"), SENT, 422, "request_invalid"),
        (multipart(b"Email\na@example.com")[: -len(BOUNDARY)], SENT, 400, "body_unreadable"),
        (multipart(b"Email\na@example.com", part="\x03"), SENT, 400, "body_unreadable"),
    ],
)
async def test_a_body_that_is_no_upload_is_refused(
    api: ApiClient, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    found, said, _ = await api.ask("POST", "/api/v1/imports", raw=body, headers=headers | {"Origin": api.url})

    assert (found, said["code"]) == (status, code)
    assert await _left(api) == [0, 0, 0]


async def test_what_an_import_cannot_take_now_is_refused(api: ApiClient) -> None:
    _, one = await send_file(api, THREE)
    await do(api, f"/imports/{one['id']}/apply")

    status, said = await do(api, f"/imports/{one['id']}/cancel")
    assert (status, said["code"], said["state"]) == (409, "import_state_wrong", "applied")
    status, said = await do(api, f"/imports/{one['id']}/columns", {})
    assert (status, said["code"]) == (409, "import_state_wrong")
    assert [(await do(api, f"/imports/{number}/apply"))[0] for number in (99, "x")] == [404, 404]
