"""The language in which a process speaks to whoever started it, found out with as little as possible."""

from mycrm_common.errors import StartError
from mycrm_common.settings import Settings
from mycrm_common.start_texts import reader_language


def console_language() -> str:
    """Return the language of whoever starts MyCRM, also where the settings are what is wrong."""
    try:
        return reader_language(Settings.load().language)
    except StartError:
        return reader_language("")
