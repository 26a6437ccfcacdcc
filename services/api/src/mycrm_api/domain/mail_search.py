"""Looking for words in mail.

A mail is meant when every word of the search stands in its subject or its text, also inside a longer word, so that
Chinese needs no splitting; capitals and full-width letters do not matter. The database proposes mails by what stands in
their stored HTML, this decides: a word that markup cuts in two is not found, and what is markup is no word.
"""

import html
import re
import unicodedata
from collections.abc import Sequence

MOST_WORDS = 8

_TAG = re.compile(r"<[^<>]*>")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search, each once."""
    return tuple(dict.fromkeys(_plain(text).split()))[:MOST_WORDS]


def spellings(word: str) -> tuple[str, ...]:
    """Return how a word may be written where nobody has made it plain, for databases that fold ASCII letters only."""
    cased = (word, word.upper(), word.title())
    wide = tuple(one.translate(_FULL_WIDTH) for one in cased)
    return tuple(dict.fromkeys(((word,) if word.isascii() else cased) + wide))


def has_words(words: Sequence[str], *, subject: str, content: str) -> bool:
    """Tell whether all the words stand in a mail; its content is HTML that was made safe."""
    text = _plain(f"{subject}\n{html.unescape(_TAG.sub(' ', content))}")
    return all(word in text for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
