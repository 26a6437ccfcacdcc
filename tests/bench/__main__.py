"""Runs the benchmarks, prints their table, and writes build/bench.json."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.arriving import measure_arriving
from tests.bench.copying import measure_copying
from tests.bench.fetching import measure_fetching
from tests.bench.judging import measure_judging, measure_queueing
from tests.bench.relaying import measure_relay
from tests.bench.starting import measure_start

BUILD = Path(__file__).resolve().parents[2] / "build"


def main() -> int:
    """Measure, print and keep the figures."""
    rows = asyncio.run(_measure())
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        spread = f"(min {row['min']}, max {row['max']})"
        print(f"{row['what']:<58} {row['median']:>9} {row['unit']:<3} {spread} {row['target']}")
    return 0


async def _measure() -> list[dict[str, Any]]:
    return [
        *await measure_start(),
        *await measure_relay(),
        *await measure_fetching(),
        *await measure_arriving(),
        *await measure_copying(),
        *await measure_judging(),
        *await measure_queueing(),
    ]


if __name__ == "__main__":
    sys.exit(main())
