"""The messages beside the list, by hand: conversations, folded quotes, new mail, the ways the drawer comes and goes."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer
from tests.support.dovecot import DovecotServer
from tests.support.embedded import PASSWORD, USERNAME, embedded_crm
from tests.support.mailbox_letters import OWN_ADDRESS

MINUTE = 60_000
BUYER = "li@example.com"
QUOTED = "What I had asked before"


def _letter(number: int, *, subject: str = "报价 Offer", answers: int | None = None, ago: int = 0) -> bytes:
    mail = EmailMessage()
    sender, recipient = (BUYER, OWN_ADDRESS) if number % 2 else (OWN_ADDRESS, BUYER)
    mail["From"], mail["To"] = f"Li <{sender}>", recipient
    mail["Subject"] = subject if answers is None else f"Re: {subject}"
    now = datetime.now(UTC)  # noqa: TID251 - the product under test uses the real clock too
    mail["Date"] = format_datetime(now - timedelta(minutes=ago))
    mail["Message-ID"] = f"<letter-{number}@example.com>"
    if answers is not None:
        mail["In-Reply-To"] = f"<letter-{answers}@example.com>"
        mail["References"] = " ".join(f"<letter-{one}@example.com>" for one in range(1, answers + 1))
    text = f"This is letter {number}.\n"
    if answers is not None:
        text += f"\nOn Monday, Li <{BUYER}> wrote:\n> {QUOTED}\n> and more of it\n"
    mail.set_content(text)
    return mail.as_bytes()


@pytest.mark.servers("dovecot", "chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_mail_stands_in_conversations_and_new_mail_comes_by_itself(
    browser: BrowserServer, dovecot_server: DovecotServer, tmp_path: Path, language: str
) -> None:
    for letter in (_letter(1, ago=50), _letter(2, answers=1, ago=40), _letter(3, answers=2, ago=30)):
        await dovecot_server.deliver("INBOX", letter)
    await dovecot_server.deliver("INBOX", _letter(5, subject="Besuch Visit", ago=60))
    environment = {
        "MYCRM_MAILBOX_CA_FILE": str(dovecot_server.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OWN_ADDRESS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "1",
    }
    async with embedded_crm(tmp_path, environment=environment) as crm:
        await crm.set_up()
        await crm.ask("PATCH", "/me", {"language": language})
        account = dovecot_server.account
        await crm.connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )
        customer = await crm.ask("POST", "/customers", {"email": BUYER, "name": "Li"}, status=201)
        window = await browser.open_window(locale=language)
        page, say = window.page, words(language)
        person = Person(page, say)
        await page.goto(f"{crm.url}/customers?customer={customer['id']}")
        await person.sign_in(username=USERNAME, password=PASSWORD)
        drawer = page.get_by_role("complementary", name=say("messages.title"))
        await expect(drawer.get_by_role("article")).to_have_count(2, timeout=MINUTE)
        await _expect_count(person, 4)

        first = drawer.get_by_role("article").first
        await expect(first).to_contain_text("Re: 报价 Offer")
        await drawer.get_by_role("button", name=say("messages.earlier").replace("{count}", "2")).click()
        await expect(drawer.get_by_role("article")).to_have_count(4)
        await drawer.get_by_role("region").focus()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        frame = page.frame_locator("article iframe")
        await expect(frame.locator("body")).to_contain_text("This is letter 3.")
        await expect(frame.get_by_text(QUOTED)).to_be_hidden()
        await frame.locator("summary").click()
        await expect(frame.get_by_text(QUOTED)).to_be_visible()
        await window.keep_screenshot(f"messages-{language}")
        await drawer.get_by_role("button", name="Re: 报价 Offer").first.focus()
        await page.keyboard.press("j")
        await expect(frame.locator("body")).to_contain_text("This is letter 2.")
        await page.keyboard.press("k")
        await expect(frame.locator("body")).to_contain_text("This is letter 3.")

        await drawer.get_by_role("button", name=say("messages.close")).click()
        await expect(drawer).to_be_hidden()
        await dovecot_server.deliver("INBOX", _letter(7, subject="Neu 新邮件"))
        await _expect_count(person, 5)
        await expect(page.get_by_text(say("frame.fresh_messages").replace("{count}", "1"))).to_be_attached()
        await page.keyboard.press("Alt+m")
        await expect(drawer.get_by_role("article").first).to_contain_text("Neu 新邮件")
        await expect(page.get_by_text(say("frame.fresh_messages").replace("{count}", "1"))).to_be_hidden()

        await _come_and_go(person)
        await _see_notices(person)
        assert window.complaints(expected=["401"]) == []


async def _expect_count(person: Person, count: int) -> None:
    name = person.say("frame.my_messages").replace("{count}", str(count))
    await expect(person.page.get_by_role("button", name=like(name))).to_be_visible(timeout=MINUTE)


async def _come_and_go(person: Person) -> None:
    """Let the drawer come and go in every way that there is."""
    page, say = person.page, person.say
    drawer = page.get_by_role("complementary", name=say("messages.title"))
    bar = page.get_by_role("button", name=say("messages.title"), exact=True)
    width = await _width_of_list(page)
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()

    folded = await _width_of_list(page)
    assert folded > width
    # Whoever has just closed them with the cross still points at the bar, and does not want them back.
    await page.mouse.move(200, 400)
    await bar.hover()
    await expect(drawer).to_be_visible()
    assert await _width_of_list(page) == folded
    await drawer.hover()
    await page.mouse.move(200, 400)
    await expect(drawer).to_be_hidden()

    await bar.click()
    await expect(drawer).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(bar).to_be_focused()

    await bar.click()
    pin = drawer.get_by_role("button", name=say("messages.pin"))
    await pin.click()
    await expect(pin).to_have_attribute("aria-pressed", "true")
    await page.mouse.move(200, 400)
    edge = page.get_by_role("separator", name=say("messages.width"))
    await edge.press("ArrowLeft")
    await page.reload()
    await expect(pin).to_have_attribute("aria-pressed", "true")
    await expect(edge).to_have_attribute("aria-valuenow", "424")


async def _width_of_list(page: Page) -> float:
    box = await page.get_by_role("grid").first.locator("xpath=ancestor::section[1]").bounding_box()
    assert box is not None
    return box["width"]


async def _see_notices(person: Person) -> None:
    """Look at the system's notices while a customer is selected."""
    page, say = person.page, person.say
    await page.get_by_role("menuitem", name=say("frame.menus.logs"), exact=True).click()
    await page.get_by_role("menu").get_by_role("menuitem", name=say("messages.system"), exact=True).click()
    drawer = page.get_by_role("complementary", name=say("messages.title"))
    await expect(drawer.get_by_role("heading", name=say("messages.system"))).to_be_visible()
    await expect(drawer.get_by_text(say("messages.no_system"), exact=True)).to_be_visible()
    await _expect_count(person, 5)
