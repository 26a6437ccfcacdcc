"""The words on the screen, read from the page's own texts, so that a journey is told once for both languages."""

import json
import re
from collections.abc import Callable
from pathlib import Path

TEXTS = Path(__file__).resolve().parents[2] / "web/src/i18n"


def words(language: str) -> Callable[[str], str]:
    """Return a look-up such as `say("settings.test")`."""

    def say(key: str) -> str:
        file, *path = key.split(".")
        found = json.loads((TEXTS / language / f"{file}.json").read_text(encoding="utf-8"))
        for step in path:
            found = found[step]
        return str(found)

    return say


def like(text: str) -> re.Pattern[str]:
    """Return a pattern for a text whose {placeholders} may be anything."""
    parts = re.split(r"\{\w+\}", text)
    return re.compile(".*".join(re.escape(part) for part in parts))
