"""The statistics by hand: the charts, the tables that say the same, and the files to keep."""

import csv
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.person import Person
from tests.e2e.words import words
from tests.support.browser import BrowserServer
from tests.support.embedded import PASSWORD, USERNAME, embedded_crm

WEEKS = 20


async def _rows(card: Locator) -> list[list[str]]:
    rows = await card.get_by_role("row").all()
    return [await row.locator("th, td").all_inner_texts() for row in rows]


async def _file(page: Page, card: Locator, button: str, *, name: str) -> list[list[str]]:
    async with page.expect_download() as downloading:
        await card.get_by_role("button", name=button, exact=True).click()
    download = await downloading.value
    assert download.suggested_filename == name
    text = Path(await download.path()).read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(text.removeprefix("\ufeff").splitlines()))


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_charts_tables_and_files_say_the_same(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    say = words(language)
    async with embedded_crm(tmp_path) as crm:
        window = await browser.open_window(locale=language)
        page, person = window.page, Person(window.page, say)
        await page.goto(crm.url)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        for number, (importance, valid) in enumerate([(5, 1), (5, 1), (5, 0), (2, 2)]):
            customer = {"email": f"buyer{number}@example.com", "importance": importance, "valid": valid}
            await crm.ask("POST", "/customers", customer, status=201)
        _write_mails(crm.data / "mycrm.db")
        week = (await crm.ask("GET", "/statistics/messages"))["items"][-1]

        await page.get_by_role("link", name=say("statistics.tab")).click()
        customers = page.get_by_role("region", name=say("statistics.customers"), exact=True).first
        mail = page.get_by_role("region", name=say("statistics.mail"), exact=True).first
        for card, title in ((customers, "customers"), (mail, "mail")):
            name = say("statistics.picture").replace("{title}", say(f"statistics.{title}"))
            await expect(card.get_by_role("img", name=name).locator("svg")).to_be_visible()
        await window.keep_screenshot(f"statistics-{language}")

        for card in (customers, mail):
            await card.get_by_role("button", name=say("statistics.looks.table"), exact=True).click()
        shown = await _rows(customers)
        assert shown[0][1:] == [say(f"customers.valid.{valid}") for valid in (1, 2, 0)]
        assert [row[1:] for row in shown[1:]] == [
            ["0", "0", "0"],
            ["0", "0", "0"],
            ["0", "1", "0"],
            ["0", "0", "0"],
            ["0", "0", "0"],
            ["2", "0", "1"],
            ["2", "1", "1"],
        ]
        weeks = await _rows(mail)
        assert len(weeks) == 1 + WEEKS + 1
        assert weeks[-2][0].startswith(week["week"])
        assert weeks[-2][1:] == ["1", "2"]
        assert weeks[1][1:] == ["0", "0"]
        await window.keep_screenshot(f"statistics-tables-{language}")

        button = say("statistics.download")
        assert await _file(page, customers, button, name="customers-by-rating.csv") == shown[:-1]
        assert await _file(page, mail, button, name="mail-by-week.csv") == weeks[:-1]
        await mail.get_by_role("button", name=say("statistics.weeks").replace("{count}", "52")).click()
        await expect(mail.get_by_role("row")).to_have_count(54)
        assert window.complaints(expected=["401"]) == []


def _write_mails(database: Path) -> None:
    """Write three mails of this moment, two of them received."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")  # noqa: TID251 - the product under test uses the real clock too
    statement = """
        INSERT INTO messages
            (sender, date, type, subject, content, message_id, sender_address, attachments, blocked_images, stored_at)
        VALUES ('Li', ?, ?, 'Hello', '', '', '', '[]', 0, ?)
    """
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        for kind in ("receive", "receive", "sendto"):
            connection.execute(statement, (now, kind, now))
