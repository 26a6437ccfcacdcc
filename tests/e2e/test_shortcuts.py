"""The keys of the page: one list feeds the keys themselves, the palette and the sheet behind `?`."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.words import words
from tests.support.browser import BrowserServer
from tests.support.embedded import PASSWORD, USERNAME, embedded_crm


@pytest.mark.servers("chromium")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_palette_finds_every_entry_of_every_menu_and_every_customer(
    browser: BrowserServer, tmp_path: Path, language: str
) -> None:
    async with embedded_crm(tmp_path) as crm:
        window = await browser.open_window(locale=language)
        page, say = window.page, words(language)
        await page.goto(crm.url)
        person = Person(page, say)
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        await crm.ask("POST", "/customers", {"email": "ann@example.com", "name": "Ann 安"}, status=201)
        entries = []
        for bar in await page.get_by_role("menubar").get_by_role("menuitem").all():
            await bar.click()
            menu = page.get_by_role("menu")
            items = menu.locator("[role=menuitem], [role=menuitemradio]")
            entries += [text.strip() for text in await items.all_inner_texts()]
            await page.keyboard.press("Escape")
        tabs = [
            text.strip()
            for text in await page.get_by_role("navigation").get_by_role("link").all_inner_texts()
        ]
        assert len(entries) > 15

        # In the middle of a cell too: a chord is never text.
        await page.get_by_role("grid").first.click()
        await page.keyboard.press("Control+k")
        palette = page.get_by_role("dialog", name=say("frame.palette.title"))
        await expect(palette.get_by_role("option").first).to_be_visible()
        offered = "\n".join(await palette.get_by_role("option").all_inner_texts())
        assert [entry for entry in entries + tabs if entry not in offered] == []
        await window.keep_screenshot(f"palette-{language}")

        await page.keyboard.type(say("statistics.tab"))
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/statistics"))
        await page.keyboard.press("Control+k")
        await page.keyboard.type("ann@")
        await expect(palette.get_by_role("option").filter(has_text="Ann 安")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("complementary").get_by_role("heading", name="Ann 安")).to_be_visible()

        await page.keyboard.press("Alt+2")
        await expect(page).to_have_url(re.compile("/followups"))
        opener = page.get_by_role("link", name=say("statistics.tab"))
        await opener.focus()
        await page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name=say("frame.sheet.title"))
        for group in ("page", "grid", "mail", "queue"):
            await expect(sheet.get_by_role("region", name=say(f"frame.sheet.{group}"))).to_be_attached()
        await expect(sheet).to_contain_text(say("followups.keys.snooze"))
        await window.keep_screenshot(f"shortcuts-{language}")
        await page.keyboard.press("Escape")
        await expect(sheet).to_be_hidden()
        await expect(opener).to_be_focused()
        assert window.complaints(expected=["401"]) == []
