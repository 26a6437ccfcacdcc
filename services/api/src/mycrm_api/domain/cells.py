"""Cells of a spreadsheet: text that would be run as a formula is marked, and the mark is taken off again.

The mark is one apostrophe in front, which spreadsheets take for "this is text". A text that begins with apostrophes
and then a sign gets one more, so that taking one off always gives back exactly what was there.
"""

import re

# The full-width forms are run by spreadsheets of East Asian editions.
_SIGNS = "[=+\\-@\t\r\n＝＋－＠]"
_RUNS = re.compile(f"'*{_SIGNS}")
_MARKED = re.compile(f"''*{_SIGNS}")


def harmless(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""
    return f"'{text}" if _RUNS.match(text) else text


def meant(cell: str) -> str:
    """Return the text that a cell means: what `harmless` was given, and any other cell as it is."""
    return cell[1:] if _MARKED.match(cell) else cell
