"""The follow-up list by hand: a queue that is worked through by keys, and a rule that can be changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.person import Person
from tests.e2e.words import like, words
from tests.support.browser import BrowserServer, Window
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm

LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])
# All were never contacted; the last one's rating is not asked for.
CUSTOMERS = (
    ("张伟", "zhang", 5, "示例公司"),
    ("Ann", "ann", 4, "Example Ltd"),
    ("Bo", "bo", 3, ""),
    ("Cy", "cy", 1, ""),
)


class Queue:
    """The follow-up list in front of somebody."""

    def __init__(self, crm: EmbeddedCRM, window: Window, person: Person) -> None:
        self.crm = crm
        self.window = window
        self.page = window.page
        self.say = person.say
        self.person = person

    def names(self) -> Locator:
        """Return the cells of the names, in the list's order."""
        grid = self.page.get_by_role("grid", name=self.say("followups.title"))
        return grid.locator(".row:has([role=gridcell]) .column-name")

    async def expect_names(self, *names: str) -> None:
        """Expect exactly these customers; who has waited equally long stands in any order."""
        await expect(self.names()).to_have_count(len(names))
        assert set(await self.names().all_inner_texts()) == set(names)

    async def expect_place(self, at: int, total: int) -> str:
        """Expect to be with that customer of the list, and return whose turn it is."""
        place = self.say("followups.position").replace("{at}", str(at)).replace("{total}", str(total))
        bar = self.page.get_by_role("group", name=self.say("followups.queue"))
        await expect(bar).to_contain_text(place)
        return await bar.locator("b").inner_text()


@asynccontextmanager
async def _queue(folder: Path, *, language: str, browser: BrowserServer) -> AsyncIterator[Queue]:
    """A CRM with a few customers, and somebody who looks at those who are due."""
    async with embedded_crm(folder) as crm:
        window = await browser.open_window(locale=language)
        person = Person(window.page, words(language))
        await window.page.goto(crm.url)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        for name, local, importance, company in CUSTOMERS:
            email = f"{local}@example.com"
            customer = {"name": name, "email": email, "importance": importance, "company": company}
            await crm.ask("POST", "/customers", customer, status=201)
        await crm.ask("PATCH", "/settings", {"followup_importance_operators": ">=", "followup_importance": 3})
        await window.page.get_by_role("link", name=person.say("followups.tab")).click()
        yield Queue(crm, window, person)
        assert window.complaints(expected=["401"]) == []


@pytest.mark.servers("chromium")
@LANGUAGES
async def test_the_queue_is_worked_through_by_keys_and_every_mark_can_be_undone(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    async with _queue(tmp_path, language=language, browser=browser) as queue:
        say, page = queue.say, queue.page
        await queue.expect_names("张伟", "Ann", "Bo")
        await expect(
            page.get_by_role("gridcell", name=say("followups.reasons.never"), exact=True)
        ).to_have_count(1)

        await page.keyboard.press("j")
        first = await queue.expect_place(1, 3)
        await queue.window.keep_screenshot(f"followups-{language}")
        await page.get_by_role("button", name=say("messages.close")).click()
        await page.get_by_role("grid").get_by_text(first, exact=True).click()
        await page.keyboard.press("Enter")
        drawer = page.get_by_role("complementary", name=say("messages.title"))
        await expect(drawer.get_by_role("heading", name=first)).to_be_visible()
        letter = page.get_by_role("link", name=say("followups.write"))
        await expect(letter).to_have_attribute("href", like("mailto:{local}@example.com"))

        await page.keyboard.press("d")
        await expect(
            page.get_by_text(say("followups.marked.finished").replace("{name}", first))
        ).to_be_visible()
        second = await queue.expect_place(1, 2)
        await page.keyboard.press("s")
        await expect(
            page.get_by_text(like(say("followups.marked.snoozed").replace("{name}", second)))
        ).to_be_visible()
        last = await queue.expect_place(1, 1)
        await queue.expect_names(last)
        assert {first, second, last} == {"张伟", "Ann", "Bo"}

        await page.keyboard.press("Control+z")
        await queue.expect_names(second, last)
        await page.keyboard.press("s")
        await queue.expect_names(last)
        await queue.person.button("followups.views.hidden").click()
        await queue.expect_names(first, second)
        await expect(page.get_by_text(like(say("followups.snoozed_until"))).first).to_be_visible()
        await queue.window.keep_screenshot(f"followups-put-off-{language}")
        await page.get_by_role("grid").get_by_text(first, exact=True).click()
        await queue.person.button("followups.wake").click()
        await queue.expect_names(second)
        await queue.person.button("followups.views.due").click()
        await queue.expect_names(first, last)

        await page.reload()
        await queue.expect_names(first, last)
        due = (await queue.crm.ask("GET", "/followups"))["items"]
        assert {customer["name"] for customer in due} == {first, last}


@pytest.mark.servers("chromium")
@LANGUAGES
async def test_another_rule_asks_at_once_and_is_kept_only_when_an_admin_says_so(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    async with _queue(tmp_path, language=language, browser=browser) as queue:
        say, page = queue.say, queue.page
        await queue.expect_names("张伟", "Ann", "Bo")
        rule = page.get_by_role("form", name=say("followups.rule"))
        await rule.get_by_label(say("settings.operator"), exact=True).select_option("=")
        await rule.get_by_label(say("settings.importance"), exact=True).select_option("1")
        await queue.expect_names("Cy")
        assert (await queue.crm.ask("GET", "/settings"))["followup_importance"] == 3

        await page.reload()
        await queue.expect_names("Cy")
        await queue.person.button("followups.store").click()
        await expect(page.get_by_text(say("followups.stored"))).to_be_visible()
        await expect(queue.person.button("followups.store")).to_be_hidden()
        assert "importance" not in page.url
        settings = await queue.crm.ask("GET", "/settings")
        assert (settings["followup_importance_operators"], settings["followup_importance"]) == ("=", 1)

        await rule.get_by_label(say("settings.importance"), exact=True).select_option("2")
        await expect(page.get_by_text(say("followups.none"), exact=True)).to_be_visible()
        await queue.window.keep_screenshot(f"followups-empty-{language}")
        await queue.person.button("followups.reset").first.click()
        await queue.expect_names("Cy")
