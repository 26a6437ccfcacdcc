"""Operations by hand: who may check addresses, what they found, copies of the database, figures of work, and help."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer
from tests.support.embedded import PASSWORD, USERNAME, embedded_crm
from tests.support.fake_guest import fake_guest

MINUTE = 60_000
GONE = "gone@example.com"


class Operator(Person):
    """An admin who looks after things."""

    async def choose(self, menu: str, entry: str) -> None:
        """Choose an entry of a menu."""
        bar = self.page.get_by_role("menubar", name=self.say("frame.menu"))
        await bar.get_by_role("menuitem", name=self.say(menu), exact=True).click()
        shown = self.page.get_by_role("menu")
        await shown.get_by_role("menuitem", name=self.say(entry), exact=True).click()

    async def expect_heading(self, key: str) -> None:
        """Expect a screen."""
        await expect(self.page.get_by_role("heading", name=self.say(key), exact=True).first).to_be_visible()


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_an_admin_looks_after_checks_copies_figures_and_finds_help(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    say = words(language)
    async with fake_guest() as guest:
        settings = {
            "MYCRM_VERIFIER_URL": guest.url,
            "MYCRM_ALLOW_PRIVATE_HOSTS": "true",
            "MYCRM_VERIFIER_LOCAL_CHECKS": "off",
        }
        async with embedded_crm(tmp_path, environment=settings) as crm:
            window = await browser.open_window(locale=language, seconds=60)
            page, person = window.page, Operator(window.page, say)
            await page.goto(crm.url)
            # Nobody outside is asked unless that is said here.
            await expect(page.get_by_role("radio", name=say("checks.providers.local"))).to_be_checked()
            await page.get_by_role("radio", name=say("checks.providers.guest")).check()
            await window.keep_screenshot(f"setup-{language}")
            await person.make_first_account(username=USERNAME, password=PASSWORD)
            await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
            # The list hides it as soon as it is found not to exist, so nobody waits for its row.
            await crm.ask("POST", "/customers", {"email": GONE}, status=201)

            await _look_at_checks(page, person)
            await window.keep_screenshot(f"checks-{language}")
            assert guest.asked == [GONE]
            await _make_copy(page, person)
            await window.keep_screenshot(f"backups-{language}")
            await _read_figures(page, person)
            await window.keep_screenshot(f"figures-{language}")
            await _find_help(page, person)
            await window.keep_screenshot(f"help-{language}")
            assert window.complaints(expected=["401", "409.*backups/host"]) == []


async def _look_at_checks(page: Page, person: Operator) -> None:
    """The finding, what it rests on, and a person's word against it."""
    say = person.say
    await person.choose("frame.menus.logs", "checks.title")
    await expect(page.get_by_text(say("checks.learns.guest"))).to_be_visible()
    history = page.get_by_role("region", name=say("checks.history"), exact=True)
    row = history.get_by_role("row").filter(has_text=GONE)
    refresh = page.get_by_role("button", name=say("common.refresh"), exact=True)

    async with page.expect_response(
        lambda answer: "/api/v1/checks" in answer.url and answer.status == 200, timeout=MINUTE
    ):
        await refresh.click()
    await expect(row).to_contain_text(say("checks.verdicts.invalid"), timeout=MINUTE)
    await expect(row).to_contain_text(
        say("checks.rests.provider").replace("{provider}", say("checks.providers.guest"))
    )

    await row.get_by_role("button", name=GONE).click()
    dialog = page.get_by_role("dialog", name=say("checks.panel"))
    await expect(dialog.get_by_text("MailboxDoesNotExist")).to_be_visible()
    right = dialog.get_by_role("button", name=say("customers.valid.1"), exact=True)
    await right.click()
    await expect(right).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_text(like(say("checks.corrected")))).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def _make_copy(page: Page, person: Operator) -> None:
    """A copy is made, proven by restoring, and downloaded."""
    say = person.say
    await person.choose("frame.menus.logs", "backups.title")
    await expect(page.get_by_text(say("backups.standings.none"))).to_be_visible()
    await person.button("backups.now").click()
    item = page.get_by_role("list", name=say("backups.list")).get_by_role("listitem").first
    await expect(item).to_contain_text(say("backups.states.proven"), timeout=2 * MINUTE)
    await expect(page.get_by_text(say("backups.standings.fresh"), exact=True)).to_be_visible(timeout=MINUTE)
    async with page.expect_download(timeout=MINUTE) as downloading:
        await item.get_by_role("link", name=like(say("backups.download_of"))).click()
    copy = await downloading.value
    assert Path(await copy.path()).read_bytes()[:2] == b"PK"
    await person.button("backups.host").click()
    dialog = page.get_by_role("dialog", name=say("backups.host"))
    await expect(dialog.get_by_role("alert")).to_contain_text(say("errors.backup_host_keyless"))
    await page.keyboard.press("Escape")


async def _read_figures(page: Page, person: Operator) -> None:
    """The debt of follow-ups counts the customer that nobody wrote to; nobody was written to, so nobody answered."""
    say = person.say
    await page.get_by_role("link", name=say("statistics.tab")).click()
    debt = page.get_by_role("region", name=say("statistics.debt"), exact=True).first
    await debt.get_by_role("button", name=say("statistics.looks.table"), exact=True).click()
    await expect(debt.get_by_role("row").last).to_contain_text("0")
    await expect(debt).to_contain_text(like(say("statistics.rule").partition("{")[0]))
    answers = page.get_by_role("region", name=say("statistics.answers"), exact=True).first
    await expect(answers.get_by_text(say("statistics.empty"))).to_be_visible()


async def _find_help(page: Page, person: Operator) -> None:
    """The guide, a chapter of it, and whose work is inside."""
    say = person.say
    await person.choose("frame.menus.help", "help.guide")
    chapters = page.get_by_role("navigation", name=say("help.chapters"))
    await expect(chapters.get_by_role("listitem").nth(5)).to_be_visible()
    chapter = await chapters.get_by_role("link").nth(5).inner_text()
    await chapters.get_by_role("link").nth(5).click()
    await expect(page.get_by_role("heading", name=chapter, exact=True)).to_be_in_viewport()
    await person.choose("frame.menus.help", "help.about")
    dialog = page.get_by_role("dialog", name=say("help.about"))
    await dialog.get_by_text(say("help.credits")).click()
    await expect(dialog.get_by_text("aioimaplib")).to_be_visible()
    await expect(dialog.get_by_text(like(say("help.version")))).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
