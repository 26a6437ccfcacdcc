"""Every screen, in every theme, for everybody: axe finds nothing, narrow pages fit, and no theme flashes."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.axe import violations
from tests.e2e.person import Person
from tests.e2e.words import words
from tests.support.browser import BrowserServer, Window
from tests.support.embedded import PASSWORD, USERNAME, EmbeddedCRM, embedded_crm
from tests.support.waiting import eventually

WEB = Path(__file__).resolve().parents[2] / "web/src"
CUSTOMERS = (
    ("张伟", "zhang", 5, 1),
    ("Ann", "ann", 3, 0),
    ("Bo", "bo", 0, 2),
)
MAIL = """
    INSERT INTO messages (id, sender, date, type, subject, content, message_id, sender_address, attachments,
        blocked_images, stored_at, thread_key)
    VALUES (?, 'Zhang <zhang@example.com>', ?, ?, 'Offer 报价', '<p>Hello</p>', ?, 'zhang@example.com',
        '[]', 2, ?, x'00')
"""
SHOWN = """
    INSERT INTO msg_addrs (msg_id, address, address_key, role, date)
    VALUES (?, 'zhang@example.com', 'zhang@example.com', 'from', ?)
"""

STILL = """!document.querySelector('[aria-busy=true]')
  && document.getAnimations().every((one) => one.playState !== 'running')"""


def themes() -> list[str]:
    """Return the names of all themes, as the page has them."""
    listed = re.search(r"THEMES = \[(.*?)\]", (WEB / "lib/look.ts").read_text("utf-8"), re.DOTALL)
    assert listed is not None
    return re.findall(r"'([\w-]+)'", listed[1])


def screens() -> list[str]:
    """Return the address of each tab and of each dialog that a feature announces."""
    found: list[str] = []
    for file in sorted(WEB.glob("features/*/feature.ts")):
        text = file.read_text("utf-8")
        found += re.findall(r"path: '([\w/-]+)", text)
        dialogs = re.search(r"dialogs: \{(.*?)\n?\s*\},?\n", text, re.DOTALL)
        names = re.findall(r"'?([\w-]+)'?: defineAsyncComponent", dialogs[1]) if dialogs else []
        found += [f"/customers?dialog={name}" for name in names]
    return [*(re.sub(r"/logs/$", "/logs/api", one) for one in found), "/customers?dialog=add-customer"]


@asynccontextmanager
async def _crm(folder: Path, *, browser: BrowserServer) -> AsyncIterator[tuple[EmbeddedCRM, Window]]:
    """A CRM with a few customers and mails, and somebody who has signed in."""
    async with embedded_crm(folder) as crm:
        window = await browser.open_window(locale="en")
        await window.page.goto(crm.url)
        person = Person(window.page, words("en"))
        await expect(window.page.get_by_role("main")).to_be_visible()
        assert await violations(window.page) == []
        await person.make_first_account(username=USERNAME, password=PASSWORD)
        await crm.ask("POST", "/session", {"username": USERNAME, "password": PASSWORD}, status=201)
        for name, local, importance, valid in CUSTOMERS:
            customer = {
                "name": name,
                "email": f"{local}@example.com",
                "importance": importance,
                "valid": valid,
            }
            await crm.ask("POST", "/customers", customer, status=201)
        await asyncio.to_thread(_write_mails, crm.data / "mycrm.db")
        yield crm, window


def _write_mails(file: Path) -> None:
    day = "2026-01-0{} 00:00:00.000000"
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        for number, kind in enumerate(("receive", "sendto", "system"), start=1):
            date = day.format(number)
            connection.execute(MAIL, (number, date, kind, f"mail-{number}@example.com", date))
            connection.execute(SHOWN, (number, date))


async def _is_still(page: Page) -> None:
    async def still() -> bool:
        return bool(await page.evaluate(STILL))

    await eventually(still, what="the page is at rest", seconds=60)


@pytest.mark.servers("chromium")
async def test_nothing_on_any_screen_in_any_theme_keeps_anybody_out(
    browser: BrowserServer, tmp_path: Path
) -> None:
    async with _crm(tmp_path, browser=browser) as (crm, window):
        page = window.page
        await page.emulate_media(reduced_motion="reduce")
        found: list[str] = []

        async def look(place: str) -> None:
            await _is_still(page)
            found.extend(f"{place}: {one}" for one in await violations(page, themes=themes()))

        for address in screens():
            await page.goto(f"{crm.url}{address}")
            await expect(page.get_by_role("dialog" if "dialog" in address else "main")).to_be_visible()
            await look(address)
        await page.goto(f"{crm.url}/customers?customer=1")
        mail = page.get_by_role("complementary").get_by_role("article").first
        await mail.get_by_role("button").first.click()
        await look("an open mail")
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("option").first).to_be_visible()
        await look("the palette")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+/")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await look("the sheet of keys")
        assert found == [], "\n".join(found)


@pytest.mark.servers("chromium")
async def test_screens_fit_a_narrow_page_and_a_chosen_theme_never_flashes_another(
    browser: BrowserServer, tmp_path: Path
) -> None:
    async with _crm(tmp_path, browser=browser) as (crm, window):
        page = window.page
        await page.set_viewport_size({"width": 360, "height": 740})
        wide: list[str] = []
        for address in screens():
            await page.goto(f"{crm.url}{address}")
            await expect(page.get_by_role("dialog" if "dialog" in address else "main")).to_be_visible()
            await _is_still(page)
            if await page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
                wide.append(address)
        assert wide == []

        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.goto(f"{crm.url}/customers")
        settings = page.get_by_role("menuitem", name="Settings", exact=True)
        await settings.click()
        await page.get_by_role("menuitemradio", name=words("en")("frame.themes.black")).click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "black")
        rows = page.locator(".row:has([role=gridcell])").first
        before = await rows.bounding_box()
        await settings.click()
        await page.get_by_role("menuitemradio", name=words("en")("frame.densities.compact")).click()
        await expect(rows).to_have_css("height", "28px")
        assert before is not None
        assert before["height"] == 36
        await _see_first_paint(page)


async def _see_first_paint(page: Page) -> None:
    """Hold all scripts of the page back, and see what is painted without them."""
    painted = asyncio.Event()

    async def hold(route: Route) -> None:
        await painted.wait()
        await route.continue_()

    await page.route("**/assets/*.js", hold)
    await page.reload(wait_until="commit")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")
    assert await page.locator("#app").inner_html() == ""
    painted.set()
    await expect(page.get_by_role("main")).to_be_visible()
