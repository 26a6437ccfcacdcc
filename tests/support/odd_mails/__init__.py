"""Hand-made odd mails: each differs from a plain one in a single, named cause, and knows what has to be read of it."""

from functools import cache

from tests.support.odd_mails import structures
from tests.support.odd_mails.odd_mail import ADMIN_NAME, ARRIVED, OWN_ADDRESS, OddMail

__all__ = ["ADMIN_NAME", "ARRIVED", "OWN_ADDRESS", "OddMail", "odd_mails"]

_CLASSES = {"structures": structures.MAILS}


@cache
def odd_mails() -> dict[str, tuple[OddMail, ...]]:
    """All odd mails by the class that they belong to."""
    return dict(_CLASSES)
