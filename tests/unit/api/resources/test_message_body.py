"""The page on which a mail's text is shown."""

import pytest
from aiohttp import web

from mycrm_api.resources.message_body import body_page
from mycrm_mail_fetcher.adapters.html import sanitise

REMOTE = '<p>Hi</p><img src="https://x.example/a.png?b=1&amp;c" alt="picture" width="20">'


def policy(page: web.Response) -> dict[str, str]:
    parts = page.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_the_page_can_neither_run_nor_load_nor_send_anything() -> None:
    page = body_page("<p>Hi</p>", remote_images=False)

    assert page.content_type == "text/html"
    assert page.charset == "utf-8"
    assert policy(page) == {
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<p>Hi</p>" in (page.text or "")


def test_images_from_elsewhere_wait_until_they_are_asked_for() -> None:
    stored = sanitise(REMOTE)

    waiting = body_page(stored.html, remote_images=False)
    shown = body_page(stored.html, remote_images=True)

    assert stored.blocked_images == 1
    assert " src=" not in (waiting.text or "")
    assert ' src="https://x.example/a.png?b=1&amp;c"' in (shown.text or "")
    assert policy(shown)["img-src"] == "data: https:"


def test_only_images_over_https_are_brought_back() -> None:
    stored = sanitise('<img src="http://x.example/a.png">')

    shown = body_page(stored.html, remote_images=True)

    assert " src=" not in (shown.text or "")


@pytest.mark.parametrize(
    "text",
    [
        '<p>he wrote data-remote-src="https://x.example/a"</p>',
        "<p title='<img data-remote-src=\"https://x.example/a\">'>x</p>",
        '&lt;img data-remote-src="https://x.example/a"&gt;',
    ],
)
def test_words_that_look_like_a_waiting_image_stay_words(text: str) -> None:
    stored = sanitise(text)

    shown = body_page(stored.html, remote_images=True)

    assert stored.html in (shown.text or "")
