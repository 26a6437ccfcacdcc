"""The private Chromium that end-to-end tests stand on."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import BrowserServer, Window
from tests.support.waiting import eventually

pytestmark = pytest.mark.servers("chromium")
QUIET = "<h1 id='words'></h1><script>words.textContent = navigator.language</script>"


async def test_a_window_speaks_the_language_it_was_opened_in(browser: BrowserServer, page: Page) -> None:
    await page.set_content(QUIET)
    await expect(page.locator("h1")).to_have_text("zh-CN")
    english = await browser.open_window(locale="en-GB", time_zone="Europe/London")
    await english.page.set_content(QUIET)
    await expect(english.page.locator("h1")).to_have_text("en-GB")
    assert english.complaints() == []


async def test_errors_and_requests_to_others_are_noticed(window: Window) -> None:
    await window.page.set_content(
        "<img src='http://tracker.example.net/pixel.gif'>"
        "<script>console.error('something broke'); throw new Error('nobody caught me')</script>"
    )
    for sign in ("something broke", "nobody caught me", "request to http://tracker.example.net/pixel.gif"):
        await eventually(
            lambda sign=sign: any(sign in complaint for complaint in window.complaints()), what=sign
        )
    assert window.complaints(expected=["broke", "caught", "tracker", "ERR_NAME_NOT_RESOLVED"]) == []


async def test_a_picture_shows_chinese(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.browser.SCREENSHOTS", tmp_path)
    await window.page.set_content("<h1>客户跟进</h1>")
    file = await window.keep_screenshot("客户 [zh-CN]")
    assert file.parent == tmp_path
    assert _size(file) > 1000


def _size(file: Path) -> int:
    return file.stat().st_size
