"""Uploading customers by hand: checked first, stopped half-way, taken back; what was refused, and the exports."""

import csv
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Dialog, Locator, Page, expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer, Window
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm

MINUTE = 60_000
MANY = 4_000


def _table(*lines: str) -> bytes:
    # As a Chinese spreadsheet program writes it; nothing in it names the e-mail's column.
    return "\r\n".join(["姓名,联络地址,公司,评级,颜色", *lines, ""]).encode("gb18030")


SMALL = _table(
    "李四,li@example.cn,杭州光学,5,红",
    "王五,wang@example.cn；wang2@example.cn,宁波机电,,蓝",
    "赵六,zhao@example.cn,新公司,3,",
    "孙七,sun at example,苏州,9,",
    "周八,zhou@example.cn,甲公司,,",
    "周八,zhou@example.cn,乙公司,,",
)
LARGE = _table(*(f"客户{number},c{number}@example.cn,公司{number % 90},," for number in range(MANY)))


async def _upload(page: Page, person: Person, name: str, body: bytes) -> None:
    async with page.expect_file_chooser() as choosing:
        await person.button("imports.choose").click()
    chooser = await choosing.value
    await chooser.set_files({"name": name, "mimeType": "text/csv", "buffer": body})


async def _open(page: Page, person: Person, key: str) -> None:
    bar = page.get_by_role("menubar")
    await bar.get_by_role("menuitem", name=person.say("frame.menus.data"), exact=True).click()
    await page.get_by_role("menu").get_by_role("menuitem", name=person.say(key), exact=True).click()


async def _kept(page: Page, click: Locator) -> tuple[str, str, list[list[str]]]:
    """Return the address, name and lines of the file that a click leads to."""
    async with page.expect_download() as downloading:
        await click.click()
    download = await downloading.value
    text = Path(await download.path()).read_text(encoding="utf-8-sig")
    return download.url, download.suggested_filename, list(csv.reader(text.splitlines()))


async def _numbers(crm: EmbeddedCRM) -> dict[str, str]:
    """Return who is there, with the company of each."""
    page = await crm.ask("GET", "/customers?limit=200&q=example.cn")
    return {one["email"]: one["company"] for one in page["items"]}


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_file_is_checked_imported_stopped_and_taken_back(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    say = words(language)
    async with embedded_crm(tmp_path) as crm:
        window = await browser.open_window(locale=language, seconds=60)
        page, person = window.page, Person(window.page, say)
        await page.goto(crm.url)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        await crm.ask("POST", "/customers", {"email": "li@example.cn", "company": "旧公司"}, status=201)
        before = await _numbers(crm)

        await _open(page, person, "imports.upload")
        await expect(page.get_by_text(say("imports.none"))).to_be_visible(timeout=MINUTE)
        await window.keep_screenshot(f"imports-start-{language}")
        await _upload(page, person, "客户.csv", SMALL)
        await _check_small(window, person, picture=f"imports-preview-{language}")
        assert await _numbers(crm) == before

        await page.get_by_role("button", name=say("imports.apply").replace("{count}", "4")).click()
        await expect(page.get_by_role("heading", name=say("imports.title.applied"))).to_be_visible(
            timeout=MINUTE
        )
        await window.keep_screenshot(f"imports-result-{language}")
        assert (await _numbers(crm))["li@example.cn"] == "杭州光学"
        link = page.get_by_role("link", name=say("imports.rejected").replace("{count}", "2"))
        _, name, lines = await _kept(page, link)
        assert name == "客户-rejected.csv"
        assert [line[1] for line in lines[1:]] == ["sun at example", "zhou@example.cn"]
        assert [line[-2] for line in lines[1:]] == ["5", "6"]
        await person.button("imports.undo").click()
        await expect(page.get_by_role("heading", name=say("imports.title.undone"))).to_be_visible(
            timeout=MINUTE
        )
        assert await _numbers(crm) == before

        await person.button("imports.another").click()
        await _stop_half_way(page, person, crm)
        await expect(page.get_by_role("heading", name=say("imports.title.cancelled"))).to_be_visible(
            timeout=MINUTE
        )
        await _open(page, person, "imports.history")
        history = page.get_by_role("region", name=say("imports.history"), exact=True)
        await expect(history.get_by_text(say("imports.states.undone"), exact=True)).to_be_visible(
            timeout=MINUTE
        )
        await window.keep_screenshot(f"imports-history-{language}")
        await history.get_by_role("button", name=like(say("imports.undo_of"))).click()
        await expect(history.get_by_text(say("imports.states.undone"), exact=True)).to_have_count(
            2, timeout=MINUTE
        )
        assert await _numbers(crm) == before
        await _check_exports(page, person)
        assert window.complaints(expected=["401"]) == []


async def _check_small(window: Window, person: Person, *, picture: str) -> None:
    page, say = window.page, person.say
    await expect(page.get_by_role("heading", name=say("imports.title.previewed"))).to_be_visible(
        timeout=MINUTE
    )
    layout = page.get_by_role("region", name=say("imports.layout"))
    await expect(layout).to_contain_text("GB18030", timeout=MINUTE)
    rows = page.get_by_role("table", name=say("imports.rows"))
    await expect(rows.get_by_role("row")).to_have_count(7, timeout=MINUTE)
    await window.keep_screenshot(picture)
    counts = {"all": 6, "new": 3, "update": 1, "same": 0, "conflict": 1, "invalid": 1}
    kinds = page.get_by_role("group", name=say("imports.kind_filter"))
    for kind, count in counts.items():
        await expect(
            kinds.get_by_role("button", name=f"{say(f'imports.kinds.{kind}')} {count}")
        ).to_be_visible(timeout=MINUTE)

    await kinds.get_by_role("button", name=say("imports.kinds.update")).click()
    await expect(rows.get_by_role("row")).to_have_count(2, timeout=MINUTE)
    await expect(rows.get_by_role("deletion").filter(has_text="旧公司")).to_be_visible(timeout=MINUTE)
    await expect(rows.get_by_role("insertion").filter(has_text="杭州光学")).to_be_visible(timeout=MINUTE)
    await kinds.get_by_role("button", name=say("imports.kinds.all")).click()

    # The colour is a country; that is wrong, and it is put right again.
    await layout.get_by_label("颜色", exact=True).select_option("country")
    await expect(page.get_by_role("button", name=like(say("imports.apply")))).to_be_disabled()
    await layout.get_by_role("button", name=say("imports.read_again")).click()
    await expect(rows.get_by_role("definition").filter(has_text="红")).to_be_visible(timeout=MINUTE)
    await layout.get_by_label("颜色", exact=True).select_option("")
    await layout.get_by_role("button", name=say("imports.read_again")).click()
    await expect(rows.get_by_role("definition").filter(has_text="红")).to_have_count(0, timeout=MINUTE)


async def _stop_half_way(page: Page, person: Person, crm: EmbeddedCRM) -> None:
    await _upload(page, person, "many.csv", LARGE)
    await page.get_by_role("button", name=like(person.say("imports.apply"))).click()
    bar = page.get_by_role("progressbar", name=person.say("imports.title.applying"))
    await expect(bar).to_be_visible(timeout=MINUTE)
    await person.button("imports.cancel").click()
    await expect(page.get_by_role("heading", name=person.say("imports.title.cancelled"))).to_be_visible(
        timeout=MINUTE
    )
    newest = (await crm.ask("GET", "/imports?limit=1"))["items"][0]
    assert newest["state"] == "cancelled"
    assert newest["applied"]["added"] < MANY


async def _check_exports(page: Page, person: Person) -> None:
    """Each of the six files is there, under the old page's names."""
    await page.get_by_role("link", name=person.say("customers.tab"), exact=True).click()
    for kind in ("all", "valid", "invalid", "followup", "filtered", "template"):
        bar = page.get_by_role("menubar")
        await bar.get_by_role("menuitem", name=person.say("frame.menus.data"), exact=True).click()
        item = page.get_by_role("menuitem", name=person.say(f"exports.kinds.{kind}"), exact=True)
        address, name, lines = await _kept(page, item)
        assert urlsplit(address).path == f"/api/v1/exports/{kind}"
        assert name.startswith(f"export_{kind}")
        assert len(lines[0]) == 11
        emails = [line[1] for line in lines[1:]]
        assert emails == ([] if kind in {"valid", "invalid", "followup", "template"} else ["li@example.cn"])
        if kind == "filtered":
            assert parse_qs(urlsplit(address).query)["only_valid"] == ["true"]


@pytest.mark.servers("chromium")
async def test_leaving_while_a_file_is_sent_is_asked_about_and_a_wrong_file_is_explained(
    browser: BrowserServer, tmp_path: Path
) -> None:
    say = words("en")
    async with embedded_crm(tmp_path) as crm:
        window = await browser.open_window(locale="en", seconds=60)
        page, person = window.page, Person(window.page, say)
        await page.goto(crm.url)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await page.goto(f"{crm.url}/imports")
        await _upload(page, person, "letter.csv", b"One,Two\r\n1,2\r\n")
        await expect(page.get_by_role("alert")).to_contain_text(say("errors.columns_wrong"), timeout=MINUTE)
        await expect(page.get_by_label(say("imports.charset"))).to_be_visible(timeout=MINUTE)

        # The upload is held on its way, so that it can be watched.
        asked: list[str] = []
        page.on("dialog", lambda dialog: _stay(dialog, asked))
        await page.route("**/api/v1/imports", lambda _: None)
        await _upload(page, person, "slow.csv", SMALL)
        await expect(page.get_by_role("progressbar")).to_be_visible(timeout=MINUTE)
        await page.close(run_before_unload=True)
        await expect(page.get_by_role("progressbar")).to_be_visible(timeout=MINUTE)
        assert asked == ["beforeunload"]
        await person.button("imports.stop").click()
        await expect(person.button("imports.choose")).to_be_visible(timeout=MINUTE)
        assert (await crm.answer("GET", "/imports"))[0] == 401


async def _stay(dialog: Dialog, asked: list[str]) -> None:
    asked.append(dialog.type)
    await dialog.dismiss()
