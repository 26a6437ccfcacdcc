"""What a person does on the page, by the names that a person reads."""

from collections.abc import Callable

from playwright.async_api import Locator, Page, expect

from tests.support.mail_account import MailAccount


class Person:
    """Somebody in front of the page, who reads one language."""

    def __init__(self, page: Page, say: Callable[[str], str]) -> None:
        self.page = page
        self.say = say

    def button(self, key: str) -> Locator:
        """Return the button of that name."""
        return self.page.get_by_role("button", name=self.say(key), exact=True)

    async def make_first_account(self, *, username: str, password: str) -> None:
        """Fill in the first visit's form."""
        await expect(self.page.get_by_role("heading", name=self.say("session.welcome"))).to_be_visible()
        await self.page.get_by_label(self.say("session.username"), exact=True).fill(username)
        await self.page.get_by_label(self.say("session.password"), exact=True).fill(password)
        await self.button("session.create").click()
        await expect(self.page.get_by_role("grid", name=self.say("customers.title"))).to_be_visible()

    async def sign_in(self, *, username: str, password: str) -> None:
        """Sign in, and wait for the page behind it."""
        await self.page.get_by_label(self.say("session.username"), exact=True).fill(username)
        await self.page.get_by_label(self.say("session.password"), exact=True).fill(password)
        await self.button("session.sign_in").click()
        await expect(self.page.get_by_role("main")).to_be_visible()

    async def open_settings(self) -> Locator:
        """Open the settings dialog by the menu."""
        bar = self.page.get_by_role("menubar")
        await bar.get_by_role("menuitem", name=self.say("frame.menus.settings"), exact=True).click()
        menu = self.page.get_by_role("menu")
        await menu.get_by_role("menuitem", name=self.say("settings.title"), exact=True).click()
        dialog = self.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        return dialog

    async def enter_mailbox(self, dialog: Locator, account: MailAccount) -> None:
        """Fill in the mailbox's settings."""
        for key, value in (
            ("settings.mail_host", account.host),
            ("settings.mail_port", str(account.port)),
            ("settings.mail_username", account.username),
            ("settings.mail_password", account.password),
        ):
            await dialog.get_by_label(self.say(key), exact=True).fill(value)

    async def add_customer(self, email: str) -> None:
        """Add a customer with nothing but an e-mail."""
        await self.button("customers.add").first.click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label(self.say("customers.fields.email")).fill(email)
        await dialog.get_by_role("button", name=self.say("customers.add"), exact=True).click()
        await expect(dialog).to_be_hidden()
        await expect(self.row(email)).to_be_visible()

    def row(self, email: str) -> Locator:
        """Return a customer's row."""
        cell = self.page.get_by_role("gridcell", name=email, exact=True)
        return self.page.get_by_role("row").filter(has=cell)

    def cell(self, email: str, field: str) -> Locator:
        """Return one cell of a customer's row."""
        return self.row(email).locator(f".column-{field}")

    async def edit_cell(self, email: str, field: str, text: str) -> None:
        """Double-click a cell, type, and press Enter."""
        await self.cell(email, field).dblclick()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")
        await expect(self.cell(email, field)).to_contain_text(text)

    def message(self, subject: str) -> Locator:
        """Return the line of a message in the drawer."""
        return self.page.get_by_role("button").filter(has_text=subject)

    async def read(self, subject: str) -> str:
        """Open a message and return the text of its mail."""
        await self.message(subject).first.click()
        frame = self.page.frame_locator(f'iframe[title*="{subject}"]')
        return await frame.locator("body").inner_text()
