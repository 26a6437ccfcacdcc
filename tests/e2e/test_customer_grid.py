"""The list of customers by hand: searched, edited, changed and deleted by the many, and every act taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.person import Person
from tests.e2e.words import words
from tests.support.browser import BrowserServer, Window
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm

MINUTE = 60_000
# A visitor who is not signed in, and somebody who was just deleted, are answers and no faults of the page.
EXPECTED = ("401", "404")
CUSTOMERS = 130


class Desk:
    """The list of customers in front of somebody."""

    def __init__(self, crm: EmbeddedCRM, window: Window, person: Person) -> None:
        self.crm = crm
        self.window = window
        self.page = window.page
        self.say = person.say
        self.person = person

    def words(self, key: str, **values: object) -> str:
        """Return the words of a key with its placeholders filled in."""
        text = self.say(key)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    async def expect_words(self, key: str, **values: object) -> None:
        """Expect the page to say this."""
        text = self.words(key, **values)
        await expect(self.page.get_by_text(text, exact=True).first).to_be_visible(timeout=MINUTE)

    async def find(self, text: str) -> None:
        """Type into the search box."""
        await self.page.get_by_role("searchbox", name=self.say("customers.search.label")).fill(text)

    def bar(self) -> Locator:
        """Return the bar of acts on the chosen customers."""
        return self.page.get_by_role("region", name=self.say("customers.bulk.label"))

    async def open_deleted(self) -> Locator:
        """Open the deleted customers by the menu."""
        bar = self.page.get_by_role("menubar", name=self.say("frame.menu"))
        await bar.get_by_role("menuitem", name=self.say("frame.menus.data"), exact=True).click()
        entry = self.say("customers.deleted_list.title")
        await self.page.get_by_role("menu").get_by_role("menuitem", name=entry).click()
        return self.page.get_by_role("dialog")

    async def undo(self) -> None:
        """Press Ctrl+Z on the page."""
        await self.page.keyboard.press("Control+z")

    async def listed(self, query: str = "") -> list[dict[str, Any]]:
        """Return the customers as the server has them."""
        found: list[dict[str, Any]] = (await self.crm.ask("GET", f"/customers?limit=200&{query}"))["items"]
        return found


@asynccontextmanager
async def _desk(folder: Path, *, language: str, browser: BrowserServer) -> AsyncIterator[Desk]:
    """A CRM with more customers than are loaded at once, and somebody who looks at them."""
    async with embedded_crm(folder) as crm:
        window = await browser.open_window(locale=language)
        person = Person(window.page, words(language))
        await crm.set_up()
        await crm.ask("PATCH", "/me", {"language": language})
        for number in range(CUSTOMERS):
            company = "蓝光科技" if number % 10 == 0 else "Example Ltd"
            customer = {
                "name": f"Buyer {number:03}",
                "email": f"buyer{number:03}@example.com",
                "company": company,
            }
            await crm.ask("POST", "/customers", customer, status=201)
        await window.page.goto(crm.url)
        await window.page.get_by_label(person.say("session.username"), exact=True).fill(USERNAME)
        await window.page.get_by_label(person.say("session.password"), exact=True).fill(PASSWORD)
        await window.page.keyboard.press("Enter")
        desk = Desk(crm, window, person)
        await expect(person.row("buyer000@example.com")).to_be_visible(timeout=MINUTE)
        yield desk
        assert window.complaints(expected=EXPECTED) == []


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_customers_are_found_chosen_changed_deleted_and_brought_back(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    async with _desk(tmp_path, language=language, browser=browser) as desk:
        page, person, say = desk.page, desk.person, desk.say

        await desk.find("蓝光")
        await desk.expect_words("customers.found", count=13)
        await person.edit_cell("buyer010@example.com", "country", "Deutschland")
        name = desk.words("customers.edited", name="Buyer 010", field=say("customers.fields.country"))
        await expect(page.get_by_text(name, exact=True)).to_be_visible(timeout=MINUTE)
        await desk.undo()
        await desk.expect_words("common.undone", text=name)
        assert (await desk.listed("q=buyer010"))[0]["country"] == ""

        await person.button("customers.search.clear").first.click()
        await desk.expect_words("customers.count", count=CUSTOMERS)
        await person.cell("buyer025@example.com", "name").click()
        await page.keyboard.press("Control+a")
        await desk.expect_words("customers.bulk.count", count=CUSTOMERS)
        await page.keyboard.press("Space")
        await desk.expect_words("customers.bulk.count", count=CUSTOMERS - 1)
        await desk.bar().get_by_label(say("customers.bulk.rating")).select_option("4")
        await desk.expect_words("customers.bulk.changed", count=CUSTOMERS - 1)
        assert len(await desk.listed("field=importance&value=4")) == CUSTOMERS - 1
        await desk.window.keep_screenshot(f"customers-chosen-{language}")
        await desk.bar().get_by_role("button", name=say("customers.bulk.clear")).click()
        await desk.undo()
        await desk.expect_words(
            "common.undone", text=desk.words("customers.bulk.changed", count=CUSTOMERS - 1)
        )
        assert await desk.listed("field=importance&value=4") == []

        await person.cell("buyer026@example.com", "name").click()
        await page.keyboard.press("Space")
        await page.keyboard.press("Shift+ArrowDown")
        await desk.expect_words("customers.bulk.count", count=2)
        await desk.bar().get_by_role("button", name=say("customers.bulk.delete"), exact=True).click()
        await desk.expect_words("customers.bulk.deleted", count=2)
        await expect(person.row("buyer026@example.com")).to_be_hidden()
        bar = page.get_by_role("menubar", name=say("frame.menu"))
        await bar.get_by_role("menuitem", name=say("frame.menus.data"), exact=True).click()
        await (
            page.get_by_role("menu").get_by_role("menuitem", name=say("customers.deleted_list.title")).click()
        )
        dialog = page.get_by_role("dialog")
        gone = dialog.get_by_role("listitem").filter(has_text="buyer026@example.com")
        await expect(gone).to_be_visible(timeout=MINUTE)
        await desk.window.keep_screenshot(f"customers-deleted-{language}")
        await gone.get_by_role("button", name=say("customers.deleted_list.restore")).click()
        await expect(gone).to_be_hidden(timeout=MINUTE)
        await page.keyboard.press("Escape")
        await expect(person.row("buyer026@example.com")).to_be_visible(timeout=MINUTE)

        await person.button("customers.add").first.click()
        await dialog.get_by_label(say("customers.fields.email")).fill("buyer027@example.com")
        await dialog.get_by_role("button", name=say("customers.add"), exact=True).click()
        await dialog.get_by_role("button", name=say("customers.bring_back.yes")).click()
        await expect(dialog).to_be_hidden(timeout=MINUTE)
        found = await desk.listed("q=buyer027")
        assert [(one["name"], one["company"]) for one in found] == [("Buyer 027", "Example Ltd")]


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_window_of_a_customer_holds_all_fields_a_comment_and_the_history(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    async with _desk(tmp_path, language=language, browser=browser) as desk:
        page, person, say = desk.page, desk.person, desk.say
        grid = page.get_by_role("grid", name=say("customers.title"))

        await person.cell("buyer003@example.com", "comment").scroll_into_view_if_needed()
        await person.cell("buyer003@example.com", "comment").dblclick()
        dialog = page.get_by_role("dialog")
        comment = dialog.get_by_role("textbox", name=say("customers.fields.comment"))
        await expect(comment).to_be_visible(timeout=MINUTE)
        await comment.click()
        await dialog.get_by_role("button", name=say("customers.rich.bold")).click()
        await page.keyboard.type("重要 buyer")
        await dialog.get_by_label(say("customers.fields.phone")).fill("+86 10 1234")
        await desk.window.keep_screenshot(f"customer-window-{language}")
        await person.button("customers.window.save").click()
        await expect(dialog).to_be_hidden(timeout=MINUTE)
        saved = (await desk.listed("q=buyer003"))[0]
        assert saved["phone"] == "+86 10 1234"
        assert "<strong>重要 buyer</strong>" in saved["comment"]

        await person.button("customers.open").click()
        await dialog.get_by_role("button", name=say("customers.window.history"), exact=True).click()
        entry = dialog.get_by_role("listitem").filter(has_text="+86 10 1234")
        await expect(entry).to_be_visible(timeout=MINUTE)
        await desk.window.keep_screenshot(f"customer-history-{language}")
        await entry.get_by_role("button", name=say("customers.history.undo")).click()
        await desk.expect_words("customers.history.undone")
        assert (await desk.listed("q=buyer003"))[0]["phone"] == ""
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()

        await person.button("customers.columns.title").click()
        await page.get_by_role("dialog").get_by_label(say("customers.fields.country"), exact=True).uncheck()
        await page.keyboard.press("Escape")
        head = grid.get_by_role("columnheader", name=say("customers.fields.company"), exact=True)
        await head.locator(".edge").hover()
        before = await head.bounding_box()
        assert before is not None
        right = before["x"] + before["width"]
        await page.mouse.down()
        await page.mouse.move(right + 20, before["y"] + 10)
        await page.mouse.move(right + 56, before["y"] + 10)
        await page.mouse.up()
        await page.reload()
        await expect(person.row("buyer000@example.com")).to_be_visible(timeout=MINUTE)
        await expect(grid.get_by_role("columnheader", name=say("customers.fields.country"))).to_have_count(0)
        kept = await head.bounding_box()
        assert kept is not None
        assert kept["width"] == pytest.approx(before["width"] + 60, abs=6)

        async with page.expect_download(timeout=MINUTE) as downloading:
            await page.get_by_role("link", name=say("customers.export_shown")).click()
        text = Path(await (await downloading.value).path()).read_text(encoding="utf-8")
        assert len(text.splitlines()) == CUSTOMERS + 1
