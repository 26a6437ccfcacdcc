"""A message's text as a page of its own, for a sandboxed frame.

The text was made safe when it was stored; this page trusts that no more than it must. Its policy lets nothing
run, load or be sent, and the sandbox takes its origin away, even when somebody opens it outside the frame.
"""

import re

from aiohttp import web

# The form in which mail-fetcher stores images that wait; nothing else in sanitised HTML looks like it.
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_WAITING = re.compile(r' data-remote-src="(https://[^"]*)"')

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src {images}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_LOOK = (
    ":root{color-scheme:light;background:#fff;color:#1f2328}"
    "body{margin:0;padding:12px 16px;font:14px/1.6 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #d0d7de}"
    "summary{cursor:pointer;color:#656d76;margin:4px 0}"
)


def body_page(content: str, *, remote_images: bool) -> web.Response:
    """Return the page; images from elsewhere are shown, over HTTPS alone, if they were asked for."""
    shown = _IMAGE.sub(_shown, content) if remote_images else content
    return web.Response(
        text=(
            '<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
            f"<style>{_LOOK}</style></head><body>{shown}</body></html>"
        ),
        content_type="text/html",
        headers={
            "Content-Security-Policy": _POLICY.format(images="data: https:" if remote_images else "data:"),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _shown(image: re.Match[str]) -> str:
    attributes = _WAITING.sub(r' src="\1"', image[1], count=1)
    return f"<img{attributes}>"
