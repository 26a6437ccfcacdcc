"""One line of the table: what was measured, its median and spread, and what it should be."""

import statistics
from collections.abc import Sequence
from typing import Any


def row(what: str, figures: Sequence[float], unit: str, *, target: str = "") -> dict[str, Any]:
    """Return a line of the table."""
    return {
        "what": what,
        "median": round(statistics.median(figures), 2),
        "min": round(min(figures), 2),
        "max": round(max(figures), 2),
        "unit": unit,
        "target": target,
    }
