"""A real Chromium without a window, that sees nothing but this machine.

Every name and address beyond loopback is made unknown to it, so that a page which asks others for fonts,
scripts or pictures is found out and cannot be helped by a fast network.
"""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright

from tests.support.servers import server_ran

PROGRAM = Path("/usr/bin/chromium")
SCREENSHOTS = Path("build/screenshots")
HOME_HOSTS = {"127.0.0.1", "localhost", ""}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


class Window:
    """One page in a browser profile of its own, and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        """Watches the page from now on."""
        self.page = page
        self.errors: list[str] = []
        self.foreign_requests: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", self._on_exception)
        page.context.on("request", self._on_request)

    def complaints(self, *, expected: Iterable[str] = ()) -> list[str]:
        """Console errors, exceptions and requests to other hosts, without those that match an expected pattern."""
        patterns = list(expected)
        everything = [*self.errors, *(f"request to {url}" for url in self.foreign_requests)]
        return [one for one in everything if not any(re.search(pattern, one) for pattern in patterns)]

    async def keep_screenshot(self, name: str) -> Path:
        """The whole page as a picture in build/screenshots, and its complaints beside it."""
        file = SCREENSHOTS / (re.sub(r"[^\w.-]+", "-", name).strip("-") + ".png")
        await self.page.screenshot(path=file, full_page=True)
        _write_beside(file, [self.page.url, *self.complaints()])
        return file

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_exception(self, error: Error) -> None:
        self.errors.append(f"exception: {error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HOME_HOSTS:
            self.foreign_requests.append(request.url)


class BrowserServer:
    """A running Chromium that opens windows."""

    def __init__(self, browser: Browser) -> None:
        """Opens nothing yet."""
        self.version = browser.version
        self.windows: list[Window] = []
        self._browser = browser

    async def open_window(
        self,
        *,
        locale: str = "zh-CN",
        time_zone: str = "Asia/Shanghai",
        width: int = 1280,
        height: int = 800,
        seconds: float = 15,
    ) -> Window:
        """A window of a new profile: no cookies, this language and time zone; waits so long for anything."""
        context = await self._browser.new_context(
            locale=locale, timezone_id=time_zone, viewport={"width": width, "height": height}
        )
        context.set_default_timeout(seconds * 1000)
        window = Window(await context.new_page())
        self.windows.append(window)
        return window


@asynccontextmanager
async def chromium() -> AsyncIterator[BrowserServer]:
    """A running Chromium of this event loop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        try:
            server_ran("chromium", browser.version)
            yield BrowserServer(browser)
        finally:
            await browser.close()


def _write_beside(file: Path, lines: list[str]) -> None:
    file.with_suffix(".txt").write_text("\n".join(lines) + "\n", "utf-8")
