"""What a text that people type may hold."""

from mycrm_common.errors import FieldFault

_LINES = frozenset("\t\n\r")
_DELETE, _LAST_CONTROL = 0x7F, 0x9F


def text_faults(field: str, text: str, *, most: int, lines: bool = False) -> list[FieldFault]:
    """Return what is wrong with a text: too long, or with characters that cannot be shown or stored."""
    faults = []
    if len(text) > most:
        faults.append(FieldFault(field=field, code="text_long", message=f"at most {most} characters"))
    if any(_is_unprintable(character, lines=lines) for character in text):
        message = "control characters and halves of characters are not taken"
        faults.append(FieldFault(field=field, code="text_unprintable", message=message))
    return faults


def number_faults(field: str, number: int, *, least: int, most: int) -> list[FieldFault]:
    """Return what is wrong with a number: nothing, if it lies within the bounds."""
    if number < least:
        return [FieldFault(field=field, code="number_small", message=f"at least {least}")]
    if number > most:
        return [FieldFault(field=field, code="number_large", message=f"at most {most}")]
    return []


def _is_unprintable(character: str, *, lines: bool) -> bool:
    code = ord(character)
    if code < ord(" "):
        return not (lines and character in _LINES)
    # A lone surrogate is half a character: no database and no browser can take it.
    return _DELETE <= code <= _LAST_CONTROL or "\ud800" <= character <= "\udfff"
