"""The page on which a mail's text is shown."""

import pytest
from aiohttp import web

from mycrm_api.resources.message_body import body_page, waiting_images
from mycrm_mail_fetcher.adapters.html import sanitise

DATA = "data:image/png;base64,AAAA"
URL = "https://x.example/a.png?b=1&c"
REMOTE = '<p>Hi</p><img src="https://x.example/a.png?b=1&amp;c" alt="picture" width="20">'


def policy(page: web.Response) -> dict[str, str]:
    parts = page.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_the_page_can_neither_run_nor_load_nor_send_anything() -> None:
    page = body_page("<p>Hi</p>", images={})

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

    waiting = body_page(stored.html, images={})
    shown = body_page(stored.html, images={URL: DATA})

    assert stored.blocked_images == 1
    assert waiting_images(stored.html) == [URL]
    assert " src=" not in (waiting.text or "")
    assert f' src="{DATA}" alt="picture"' in (shown.text or "")
    assert "x.example" not in (shown.text or "")
    assert policy(shown)["img-src"] == "data:"


def test_an_image_that_could_not_be_had_goes_on_waiting() -> None:
    stored = sanitise(REMOTE + '<img src="https://x.example/b.png">')

    shown = body_page(stored.html, images={URL: DATA}).text or ""

    assert shown.count(" src=") == 1
    assert 'data-remote-src="https://x.example/b.png"' in shown


def test_only_images_over_https_are_asked_for() -> None:
    assert waiting_images(sanitise('<img src="http://x.example/a.png">').html) == []


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

    shown = body_page(stored.html, images={"https://x.example/a": DATA})

    assert waiting_images(stored.html) == []
    assert stored.html in (shown.text or "")
