"""The first day with MyCRM: what the README promises, done by hand in a browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer
from tests.support.dovecot import DovecotServer
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm
from tests.support.mailbox_letters import OWN_ADDRESS
from tests.support.mailbox_maker import make_mailbox
from tests.support.waiting import eventually

MINUTE = 60_000
# A visitor who is not signed in, and a mailbox whose password is wrong, are answers and no faults of the page.
EXPECTED = ("401", "422")


def _letter(*, to: str, subject: str, text: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = OWN_ADDRESS, to, subject
    mail["Date"] = format_datetime(_now())
    mail["Message-ID"] = f"<{abs(hash(subject))}@example.cn>"
    mail.set_content(text)
    return mail.as_bytes()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the product under test uses the real clock too


@pytest.mark.servers("dovecot", "chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_from_the_first_visit_to_the_mail_beside_the_customer(
    browser: BrowserServer, dovecot_server: DovecotServer, tmp_path: Path, language: str
) -> None:
    mailbox = make_mailbox(500, seed=7, newest_at=_now() - timedelta(hours=2))
    await dovecot_server.deliver_all(mailbox)
    flags = {folder: await dovecot_server.flags(folder) for folder in mailbox.per_folder}
    buyer = next(made.email for made in mailbox.customers if len(mailbox.mails_of(made.email)) > 1)
    letter = mailbox.mails_of(buyer)[0]
    say = words(language)
    environment = {
        "MYCRM_MAILBOX_CA_FILE": str(dovecot_server.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OWN_ADDRESS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "2",
    }
    async with embedded_crm(tmp_path, environment=environment) as crm:
        window = await browser.open_window(locale=language)
        person = Person(window.page, say)
        await window.page.goto(crm.url)

        await person.make_first_account(username=USERNAME, password=PASSWORD)

        dialog = await person.open_settings()
        right = dovecot_server.account
        await person.enter_mailbox(dialog, replace(right, password="not this one"))
        await person.button("settings.test").click()
        await expect(dialog.get_by_text(say("errors.mailbox_login_refused")).first).to_be_visible(
            timeout=MINUTE
        )
        await person.enter_mailbox(dialog, right)
        await person.button("settings.test").click()
        await expect(dialog.get_by_text(like(say("settings.reached")))).to_be_visible(timeout=MINUTE)
        for folder in mailbox.per_folder:
            await expect(dialog.get_by_text(folder, exact=True)).to_be_visible()
        await person.button("common.save").click()
        await expect(dialog.get_by_text(say("common.saved")).first).to_be_visible()
        await window.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()

        await person.add_customer(buyer)
        await person.edit_cell(buyer, "company", "蓝光 Optics")

        await person.cell(buyer, "email").click()
        await expect(person.message(letter.subject).first).to_be_visible(timeout=MINUTE)
        shown = await person.read(letter.subject)
        assert all(paragraph in shown for paragraph in letter.paragraphs)

        await expect_all_taken(crm, places=len(mailbox))

        subject = f"Neues Angebot 新报价 {language}"
        await dovecot_server.deliver(
            "Sent", _letter(to=buyer, subject=subject, text="Our new prices 新价格\n")
        )
        await expect(person.message(subject).first).to_be_visible(timeout=MINUTE)
        # The mail is seen at once, the date when its event has been done.
        record = await eventually(partial(_contacted_lately, crm), what="the contact date moves", seconds=60)
        record_date = datetime.fromisoformat(record["last_contact_date"])
        assert (record["email"], record["company"]) == (buyer, "蓝光 Optics")
        day = record_date.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
        await expect(person.cell(buyer, "last_contact_date")).to_have_text(day, timeout=MINUTE)

        await person.cell(buyer, "email").click()
        await person.button("customers.delete").click()
        await expect(person.row(buyer)).to_be_hidden()

        assert window.complaints(expected=EXPECTED) == []
        await window.keep_screenshot(f"first-day-{language}")
    for folder, before in flags.items():
        after = await dovecot_server.flags(folder)
        assert before.items() <= after.items()


async def expect_all_taken(crm: EmbeddedCRM, *, places: int) -> None:
    """Wait until each place of the mailbox is in the ledger, stored or ignored by a rule, and none is held back."""
    await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)

    async def taken() -> bool:
        folders = (await crm.ask("GET", "/mailbox"))["folders"]
        assert not any(folder["held"] for folder in folders)
        return bool(sum(folder["stored"] + folder["ignored"] for folder in folders) == places)

    await eventually(taken, what="the whole mailbox in the ledger", seconds=60)


async def _contacted_lately(crm: EmbeddedCRM) -> dict[str, Any] | None:
    """Return the only customer, once it was written to within the last minutes."""
    record: dict[str, Any] = (await crm.ask("GET", "/customers"))["items"][0]
    date = record["last_contact_date"]
    return record if date and _now() - datetime.fromisoformat(date) < timedelta(minutes=5) else None
