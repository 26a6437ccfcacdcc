"""Writes docs/openapi.yaml from the API's routes; `--check` says whether it is fresh."""

import sys
from pathlib import Path

import yaml

from mycrm_api.http.openapi import describe
from mycrm_api.service import described

PLACE = Path(__file__).resolve().parents[1] / "docs/openapi.yaml"


def main() -> int:
    """Write the document, or compare it."""
    text = "# Made by `make client` from the routes of the API. Do not edit.\n" + yaml.safe_dump(
        describe(described()), allow_unicode=True, sort_keys=False, width=110
    )
    if "--check" not in sys.argv:
        PLACE.write_text(text, encoding="utf-8")
        return 0
    if PLACE.is_file() and PLACE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/openapi.yaml is stale: run `make client`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
