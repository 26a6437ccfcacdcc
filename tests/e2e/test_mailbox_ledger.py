"""The mailbox ledger by hand: mail that is held back, and a message that was lost behind the product's back."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer, Window
from tests.support.dovecot import DovecotServer
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm
from tests.support.mailbox_letters import OWN_ADDRESS
from tests.support.waiting import eventually

MINUTE = 60_000
# A mail without anything in it: it can be fetched, and nothing can be read from it.
NOTHING = b"\r\n"
# No other folder has a mail of these uids.
HOLD = "UPDATE locations SET state = 'held', reason = 'mail_too_costly', message_id = NULL, attempts = 5 WHERE uid = ?"
KEEP = """
    INSERT INTO held_mails (folder_id, uid_validity, uid, beginning, held_at)
    SELECT folder_id, uid_validity, uid, ?, '2026-01-01 00:00:00' FROM locations WHERE uid = ?
"""
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])


def _letter(subject: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Li <li@example.com>", OWN_ADDRESS, subject
    now = datetime.now(UTC)  # noqa: TID251 - the product under test uses the real clock too
    mail["Date"], mail["Message-ID"] = format_datetime(now), f"<{subject.encode().hex()}@example.com>"
    mail.set_content("Hello")
    return mail.as_bytes()


class Ledger:
    """The ledger's page in front of somebody, and the CRM behind it."""

    def __init__(self, crm: EmbeddedCRM, window: Window, person: Person) -> None:
        self.crm = crm
        self.window = window
        self.page = window.page
        self.say = person.say
        self.person = person

    async def open(self) -> None:
        """Open the page by the menu."""
        bar = self.page.get_by_role("menubar", name=self.say("frame.menu"))
        await bar.get_by_role("menuitem", name=self.say("frame.menus.logs"), exact=True).click()
        await self.page.get_by_role("menu").get_by_role("menuitem", name=self.say("mailboxes.ledger")).click()
        await expect(self.page.get_by_role("heading", name=self.say("mailboxes.ledger"))).to_be_visible()

    def folder(self, name: str) -> Locator:
        """Return a folder's row."""
        head = self.page.get_by_role("rowheader", name=name, exact=True)
        return self.page.get_by_role("row").filter(has=head)

    async def expect_folder(self, name: str, *counts: int, standing: str) -> None:
        """Expect the numbers of a folder, in the order of the columns, and the word beside them."""
        shown = [*(str(count) for count in counts), self.say(f"mailboxes.standings.{standing}")]
        await expect(self.folder(name).get_by_role("cell")).to_have_text(shown, timeout=MINUTE)

    def held(self) -> Locator:
        """Return the held mails."""
        region = self.page.get_by_role("region", name=self.say("mailboxes.held_mails"))
        return region.get_by_role("listitem")

    async def write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """Change the database behind everybody's back."""

        def change() -> None:
            with closing(sqlite3.connect(self.crm.data / "mycrm.db", timeout=30)) as connection, connection:
                connection.execute("PRAGMA foreign_keys = ON")
                for statement, values in statements:
                    connection.execute(statement, values)

        await asyncio.to_thread(change)


@asynccontextmanager
async def _ledger(
    folder: Path, *, language: str, browser: BrowserServer, dovecot: DovecotServer, mails: int
) -> AsyncIterator[Ledger]:
    """A CRM that has read so many mails, and somebody who looks at its ledger."""
    # The next look by itself is far away: what happens is what the person asked for.
    settings = {
        "MYCRM_MAILBOX_CA_FILE": str(dovecot.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OWN_ADDRESS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "600",
    }
    async with embedded_crm(folder, environment=settings) as crm:
        window = await browser.open_window(locale=language)
        person = Person(window.page, words(language))
        await window.page.goto(crm.url)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        account = dovecot.account
        await crm.connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )

        async def read() -> bool:
            mailbox = await crm.ask("GET", "/mailbox")
            totals = mailbox["totals"]
            return bool(mailbox["state"] == "idle" and totals["stored"] + totals["held"] == mails)

        await eventually(read, what="the mailbox is read", seconds=60)
        ledger = Ledger(crm, window, person)
        await window.page.reload()
        await ledger.open()
        yield ledger
        assert window.complaints(expected=["401"]) == []


@pytest.mark.servers("dovecot", "chromium")
@LANGUAGES
async def test_held_mail_is_shown_with_its_reason_read_again_and_downloaded(
    browser: BrowserServer, dovecot_server: DovecotServer, tmp_path: Path, language: str
) -> None:
    uid = await dovecot_server.deliver("INBOX", _letter("报价 one"))
    await dovecot_server.deliver("INBOX", NOTHING)
    flags = await dovecot_server.flags("INBOX")
    async with _ledger(
        tmp_path, language=language, browser=browser, dovecot=dovecot_server, mails=2
    ) as ledger:
        say, page = ledger.say, ledger.page
        await ledger.expect_folder("INBOX", 2, 1, 0, 1, 0, standing="adds_up")
        await expect(page.get_by_text(say("mailboxes.verdicts.adds_up"))).to_be_visible()
        await expect(ledger.held()).to_have_count(1)
        await expect(ledger.held()).to_contain_text(say("errors.mail_unreadable"))
        await page.get_by_role("button", name="INBOX", exact=True).click()
        await expect(page.get_by_text(like(say("mailboxes.compared")))).to_have_count(2)

        # As if an earlier version had not been able to read the letter.
        await ledger.write((HOLD, (uid,)), (KEEP, (_letter("报价 one"), uid)))
        await page.reload()
        await ledger.expect_folder("INBOX", 2, 0, 0, 2, 0, standing="adds_up")
        letter = ledger.held().filter(has_text="报价 one")
        await expect(letter).to_contain_text(say("errors.mail_too_costly"))
        await ledger.window.keep_screenshot(f"mailbox-ledger-held-{language}")

        await letter.get_by_role("button", name=say("mailboxes.retry")).click()
        await expect(page.get_by_text(say("mailboxes.retried.one"))).to_be_visible(timeout=MINUTE)
        await ledger.expect_folder("INBOX", 2, 1, 0, 1, 0, standing="adds_up")
        await expect(letter).to_have_count(0)

        await ledger.held().get_by_role("button", name=say("mailboxes.retry")).click()
        await expect(page.get_by_text(say("mailboxes.still_held.one"))).to_be_visible(timeout=MINUTE)

        async with page.expect_download(timeout=MINUTE) as downloading:
            await ledger.held().get_by_role("button", name=say("mailboxes.download")).click()
        download = await downloading.value
        assert download.suggested_filename.endswith(".eml")
        assert Path(await download.path()).read_bytes() == NOTHING
    assert await dovecot_server.flags("INBOX") == flags


@pytest.mark.servers("dovecot", "chromium")
@LANGUAGES
async def test_a_message_that_was_deleted_in_the_database_is_missed_brought_back_and_told_of(
    browser: BrowserServer, dovecot_server: DovecotServer, tmp_path: Path, language: str
) -> None:
    for subject in ("one", "two", "three"):
        await dovecot_server.deliver("INBOX", _letter(subject))
    async with _ledger(
        tmp_path, language=language, browser=browser, dovecot=dovecot_server, mails=3
    ) as ledger:
        say, page = ledger.say, ledger.page
        await ledger.expect_folder("INBOX", 3, 3, 0, 0, 0, standing="adds_up")
        await expect(page.get_by_text(say("mailboxes.none_held"))).to_be_visible()

        await ledger.write(("DELETE FROM messages WHERE subject = ?", ("two",)))
        await page.reload()
        await ledger.expect_folder("INBOX", 3, 2, 0, 0, 1, standing="missing")
        await expect(page.get_by_text(say("mailboxes.verdicts.missing"))).to_be_visible()
        await ledger.window.keep_screenshot(f"mailbox-ledger-missing-{language}")

        await ledger.person.button("mailboxes.check_now").click()
        await ledger.expect_folder("INBOX", 3, 3, 0, 0, 0, standing="adds_up")
        await page.get_by_role("button", name="INBOX", exact=True).click()
        found = like(say("mailboxes.compared_missing").replace("{count}", "1"))
        await expect(page.get_by_text(found).first).to_be_visible()
        # The drawer shows what the system has to tell while no customer is selected.
        await page.reload()
        await expect(ledger.person.message("1 missing in INBOX").first).to_be_visible(timeout=MINUTE)

        stored = (await ledger.crm.ask("GET", "/messages?address=li@example.com"))["items"]
        assert {message["subject"] for message in stored} == {"one", "two", "three"}
