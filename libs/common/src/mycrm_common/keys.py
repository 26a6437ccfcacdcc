"""Key columns: what search, sorting and uniqueness compare, made here so that both databases agree.

A key is the text in Unicode's NFKC form, trimmed, inner blanks joined, case-folded; the databases compare it
byte by byte. A domain is compared in its ASCII form, so that `büro.example` and its xn-- spelling are one.
"""

import unicodedata
from functools import lru_cache

_KEY_LENGTH = 320


def folded(text: str) -> str:
    """Return the form in which texts are compared: case, widths and the number of blanks do not count."""
    if text.isascii():
        return " ".join(text.lower().split())
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # A few letters come out of the first folding in a form that folds once more.
    return " ".join(unicodedata.normalize("NFKC", once.casefold()).split())


def text_key(text: str) -> str:
    """Return the form of a name or company under which it is searched, sorted and grouped."""
    return folded(text)[:_KEY_LENGTH].rstrip()


@lru_cache(maxsize=4096)  # The same few people write to each other all day.
def email_key(address: str) -> str:
    """Return the form of an e-mail address under which it is unique and found among the mail."""
    local, at, domain = text_key(address).rpartition("@")
    try:
        ascii_form = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_form = " "
    if " " not in ascii_form:  # What is no domain name is compared as it stands.
        domain = ascii_form
    return f"{local}{at}{domain}"[:_KEY_LENGTH]
