"""IMAP folder names on the wire: modified UTF-7 (RFC 3501, 5.1.3), written apart from the product's own."""

import re
from base64 import b64encode


def on_the_wire(name: str) -> str:
    """The folder's name as an IMAP quoted string."""
    encoded = re.sub(r"[^\x20-\x7e]+|&", _shifted, name)
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(match: re.Match[str]) -> str:
    if match[0] == "&":
        return "&-"
    base64 = b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
    return "&" + base64.replace("/", ",") + "-"
