"""`mycrm import` and `mycrm export`, whether a CRM runs on the data or none does."""

import csv
import json
from pathlib import Path

import pytest

from tests.support.command import mycrm
from tests.support.embedded import embedded_crm

FILE = (
    "联系人,邮箱,客户评级,公司\n"
    "李,li@example.com;wang@example.cn,3,Acme\n"
    "=Wu,wu@example.com,9,Acme\n"
    "赵,zhao@example.com,1,=1+1\n"
)


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    assert (await mycrm("migrate", folder=tmp_path)).code == 0
    (tmp_path / "in.csv").write_bytes(FILE.encode("gb18030"))
    return tmp_path


async def _does_all(folder: Path) -> None:
    dry = await mycrm("import", "in.csv", "--dry-run", folder=folder)
    done = await mycrm("import", "in.csv", "--rejected", "bad.csv", folder=folder)
    out = await mycrm("export", "all", "--output", "out.csv", folder=folder)
    shown = await mycrm("export", "filtered", "--field", "company", "--value", "acme", folder=folder)
    listed = json.loads((await mycrm("imports", "list", "--json", folder=folder)).out)["items"]
    undone = await mycrm("imports", "undo", str(listed[0]["id"]), folder=folder)
    left = await mycrm("export", "all", folder=folder)

    assert [one.code for one in (dry, done, out, shown, undone, left)] == [0] * 6, done.err
    assert "in.csv: 3 new, 0 updated, 0 the same, 0 in conflict, 1 invalid" in dry.out
    assert "3 added, 0 updated, 0 skipped" in done.out
    assert [one["state"] for one in listed] == ["applied", "previewed"]
    assert "3 taken back" in undone.out
    with (folder / "bad.csv").open(encoding="utf-8-sig", newline="") as opened:
        [bad] = list(csv.DictReader(opened))
    assert (bad["Email"], bad["Importance"], bad["Line"]) == ("wu@example.com", "9", "3")
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["邮箱"] for row in rows} == {"li@example.com", "wang@example.cn", "zhao@example.com"}
    assert [row["公司"] for row in rows if row["联系人"] == "赵"] == ["'=1+1"]
    assert shown.out.count("\n") == 3
    assert left.out.count("\n") == 1
    assert not list(folder.glob("*.part"))


async def test_a_file_is_imported_and_exported_through_the_crm_that_runs(folder: Path) -> None:
    async with embedded_crm(folder):
        await _does_all(folder)


async def test_a_file_is_imported_and_exported_without_a_crm(folder: Path) -> None:
    await _does_all(folder)


async def test_what_cannot_be_done_is_told_in_one_line(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")

    ended = [
        await mycrm("import", "nowhere.csv", folder=folder),
        await mycrm("import", "empty.csv", folder=folder),
        await mycrm("export", "everything", folder=folder),
        await mycrm("export", "all", "--days", "3", folder=folder),
        await mycrm("export", "all", "--sort", "nothing", "--output", "out.csv", folder=folder),
        await mycrm("imports", "undo", "7", folder=folder),
    ]

    assert [one.code for one in ended] == [2, 1, 2, 2, 1, 1]
    assert "[import_empty]" in ended[1].err
    assert not (folder / "out.csv").exists()
