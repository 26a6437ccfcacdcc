"""Hand-made odd mails: each differs from a plain one in a single, named cause, and knows what has to be read of it."""

from functools import cache

from tests.support.odd_mails import (
    address_lists,
    bounces,
    charsets,
    damaged,
    dates,
    header_words,
    identity,
    machines,
    near_bounces,
    pages,
    sealed,
    structures,
    transfer,
)
from tests.support.odd_mails.odd_mail import ADMIN_NAME, ARRIVED, OWN_ADDRESS, OddMail

__all__ = ["ADMIN_NAME", "ARRIVED", "OWN_ADDRESS", "OddMail", "odd_mails"]


@cache
def odd_mails() -> dict[str, tuple[OddMail, ...]]:
    """All odd mails by the class that they belong to."""
    return {
        "header words": header_words.MAILS,
        "address lists": address_lists.MAILS,
        "charsets": charsets.MAILS,
        "dates": dates.MAILS,
        "structures": structures.MAILS,
        "transfer encodings": transfer.MAILS,
        "packages, invitations, seals": sealed.MAILS,
        "bounces": bounces.MAILS,
        "no bounces": near_bounces.MAILS,
        "answering machines": machines.MACHINES,
        "lists": machines.LISTS,
        "types": machines.KINDS,
        "conversations": machines.THREADS,
        "dangerous pages": pages.DANGEROUS,
        "pictures": pages.PICTURES,
        "looks": pages.LOOKS,
        "quotes and signatures": pages.FOLDED,
        "copies": identity.MAILS,
        "damage": damaged.MAILS,
    }
