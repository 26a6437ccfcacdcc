"""A mail-fetcher that looks at its mailbox once and dies at a place: `looking_process FOLDER CA_FILE PLACE`."""

import asyncio
import sys
from pathlib import Path

from tests.component.mail_fetcher_service import mail_fetcher


async def look_once(folder: Path, *, ca_file: Path, place: str) -> None:
    """Look until the crash."""
    async with mail_fetcher(folder, mailbox_ca_file=ca_file, failpoint=place) as fetcher:
        await fetcher.look()


if __name__ == "__main__":
    where, authority, failpoint = sys.argv[1:]
    asyncio.run(look_once(Path(where), ca_file=Path(authority), place=failpoint))
