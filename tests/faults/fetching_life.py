"""One life of a mail-fetcher: it looks at its mailbox again and again, until it is killed.

Lives are forked from a server that has imported everything, so that a thousand of them fit into minutes.
"""

import asyncio
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.component.mail_fetcher_service import mail_fetcher

PAUSE_SECONDS = 0.02


async def live(folder: Path, *, database_url: str, ca_file: Path, place: str) -> None:
    """Look until the end, which comes from outside or at the named place."""
    async with mail_fetcher(
        folder, database_url=database_url, mailbox_ca_file=ca_file, failpoint=place
    ) as fetcher:
        while True:
            await fetcher.look()
            await asyncio.sleep(PAUSE_SECONDS)


def begin_life(folder: Path, *, database_url: str, ca_file: Path, place: str = "") -> ForkServerProcess:
    """Start a mail-fetcher that looks at the mailbox, over and over."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.fetching_life"])
    life = context.Process(target=_live, args=(folder, database_url, ca_file, place), daemon=True)
    life.start()
    return life


def _live(folder: Path, database_url: str, ca_file: Path, place: str) -> None:
    asyncio.run(live(folder, database_url=database_url, ca_file=ca_file, place=place))
