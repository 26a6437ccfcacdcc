"""A reading process that does what the mail tells it, so that tests see what its owner makes of that.

Run as a module by `ReadingProcess(worker="tests.support.moody_reading")`; the first word of the mail's text is the
order, a mail without one is read as ever.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Final

from mycrm_mail_fetcher.adapters.html import SafeHtml, sanitise
from mycrm_mail_fetcher.adapters.reading import read_fetched
from mycrm_mail_fetcher.adapters.reading_worker import serve
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome

_MEGABYTE: Final = 1024 * 1024


def _spin() -> None:
    while True:
        pass


def _grow() -> None:
    hoard = [bytearray(_MEGABYTE) for _ in range(100_000)]
    del hoard


def _print() -> None:
    sys.stdout.write("something that is no answer\n")
    sys.stdout.flush()
    os.write(1, b"nor is this")


def _interrupt() -> None:
    raise KeyboardInterrupt


_ORDERS: Final[dict[bytes, Callable[[], object]]] = {
    b"spin": _spin,
    b"sleep": lambda: time.sleep(600),
    b"grow": _grow,
    b"abort": lambda: signal.raise_signal(signal.SIGABRT),
    b"crash": lambda: signal.raise_signal(signal.SIGSEGV),
    b"interrupt": _interrupt,
    b"leave": lambda: os._exit(3),
    b"retire": lambda: os._exit(0),
    b"print": _print,
}


def _obey(mail: FetchedMail, ours: Ours) -> Outcome:
    order = _ORDERS.get(b"".join(mail.raw.partition(b"\r\n\r\n")[2].split()[:1]))

    def obedient(html: str, /, *, folds: bool = True) -> SafeHtml:
        if order:
            order()
        return sanitise(html, folds=folds)

    return read_fetched(mail, ours=ours, sanitise=obedient)


if __name__ == "__main__":
    serve(_obey)
