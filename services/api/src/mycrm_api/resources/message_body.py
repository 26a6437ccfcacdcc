"""A message's text as a page of its own, for a sandboxed frame.

The text was made safe when it was stored; this page trusts that no more than it must. Its policy lets nothing
run, load or be sent, and the sandbox takes its origin away, even when somebody opens it outside the frame. Images
from elsewhere are in it as data where somebody asked for them: the reader's browser asks nobody.
"""

import re
from collections.abc import Mapping
from html import unescape

from aiohttp import web

# The form in which mail-fetcher stores images that wait; nothing else in sanitised HTML looks like it.
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_WAITING = re.compile(r' data-remote-src="(https://[^"]*)"')

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_LOOK = (
    ":root{color-scheme:light;background:#fff;color:#1f2328}"
    "body{margin:0;padding:12px 16px;font:14px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #d0d7de}"
    "summary{cursor:pointer;color:#656d76;margin:4px 0}"
)


def waiting_images(content: str) -> list[str]:
    """Return the URLs of the images from elsewhere that wait in a text, in order."""
    tags = (_WAITING.search(image[1]) for image in _IMAGE.finditer(content))
    return [unescape(found[1]) for found in tags if found]


def body_page(content: str, *, images: Mapping[str, str]) -> web.Response:
    """Return the page; of the images from elsewhere those are shown that are given, as `data:` URLs by their own."""
    shown = _IMAGE.sub(lambda image: _shown(image, images), content) if images else content
    return web.Response(
        text=(
            '<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
            f"<style>{_LOOK}</style></head><body>{shown}</body></html>"
        ),
        content_type="text/html",
        headers={
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _shown(image: re.Match[str], images: Mapping[str, str]) -> str:
    waiting = _WAITING.search(image[1])
    data = images.get(unescape(waiting[1])) if waiting else None
    if data is None:
        return image[0]
    source = f' src="{data}"'
    return f"<img{_WAITING.sub(lambda _: source, image[1], count=1)}>"
