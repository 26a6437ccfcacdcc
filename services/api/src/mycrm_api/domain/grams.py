"""Grams: the few letters by which texts with a term in them are found.

Single letters serve terms of one letter. Of each two neighbours the index holds both, where one of them is Chinese,
Japanese or Korean, of which there are thousands; of other letters, of which there are few, it holds three in a row.
The last two of a text are followed by an end mark, so that every two neighbours begin some gram.
"""

# The first of the wide scripts' radicals; below it lie letters, digits and signs.
_WIDE = "\u2e80"
# No searchable text has a line break in it.
_END = "\n"


def grams_of(text: str) -> set[str]:
    """Return every gram of a searchable text."""
    found = set(text)
    found.discard(" ")
    ended = text + _END
    pairs = len(text) - 1
    if max(text, default="") < _WIDE:
        found.update([ended[at : at + 3] for at in range(pairs)])
    else:
        found.update([_gram(ended, at) for at in range(pairs)])
    return found


def grams_needed(term: str, *, most: int = 1_000) -> set[str]:
    """Return grams that every text with the term in it has, from all over the term where there are more than `most`.

    There is none where only their beginning is known: two narrow letters.
    """
    if len(term) == 1:
        return {term}
    every = dict.fromkeys(_gram(term, at) for at in range(len(term) - 1))
    known = [gram for gram in every if len(gram) == 3 or not _is_narrow(gram)]  # noqa: PLR2004 - three in a row
    return {known[at * len(known) // most] for at in range(most)} if len(known) > most else set(known)


def after_prefix(term: str) -> str:
    """Return the first text that lies beyond all that begin with a term of narrow letters."""
    return term[:-1] + chr(ord(term[-1]) + 1)


def _gram(text: str, at: int) -> str:
    pair = text[at : at + 2]
    return text[at : at + 3] if _is_narrow(pair) else pair


def _is_narrow(pair: str) -> bool:
    return max(pair) < _WIDE
