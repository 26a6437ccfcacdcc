"""PGP inside plain text: what is sealed leaves a line, what is only signed is read without its armour."""

import re
from typing import Final

from mycrm_mail_fetcher.domain.notices import PGP

_SEALED = re.compile(
    r"^-----BEGIN PGP MESSAGE-----.*?(?:^-----END PGP MESSAGE-----[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[^\n]{1,200}\n){0,5}\n(.*?)\n-----BEGIN PGP SIGNATURE-----"
    r".*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_DASHED = re.compile(r"^- (?=-)", re.MULTILINE)
_MARK: Final = "-----BEGIN PGP "


def without_armour(text: str) -> str:
    """Return the text as people read it."""
    if _MARK not in text:
        return text
    signed = _SIGNED.sub(lambda block: _DASHED.sub("", block[1]), text)
    return _SEALED.sub(PGP, signed)
