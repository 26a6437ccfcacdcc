"""Thousands of damaged mails: each one becomes a message or is held, and none harms the process that reads them.

`--fuzz-mails 100000` reads more of them (`make fuzz`), `--fuzz-seed` others.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.html import MAX_BYTES, sanitise
from mycrm_mail_fetcher.adapters.reading import read_fetched
from mycrm_mail_fetcher.adapters.reading_frames import outcome_bytes, outcome_of
from mycrm_mail_fetcher.adapters.reading_process import ReadingProcess
from mycrm_mail_fetcher.domain.classify import Ours
from mycrm_mail_fetcher.domain.identity import header_key
from mycrm_mail_fetcher.domain.selection import sections_wanted
from mycrm_mail_fetcher.domain.structure import Structure
from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.ledger import NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable, WholeWanted
from tests.support.mail_mutation import mutated, some_mutated
from tests.support.odd_mails import ADMIN_NAME, ARRIVED, OWN_ADDRESS, odd_mails
from tests.unit.mail_fetcher.adapters.html_judge import offences

OURS = Ours(addresses=frozenset({OWN_ADDRESS}), admin_name=ADMIN_NAME)
MAILS = [odd.raw_bytes for group in odd_mails().values() for odd in group]
BATCH = 500
MOST_MEMORY = 200 * 1024 * 1024
types = st.sampled_from(
    ["text/plain", "text/html", "text/calendar", "multipart/mixed", "multipart/alternative", "multipart/related",
     "multipart/signed", "multipart/report", "message/rfc822", "message/global", "message/delivery-status",
     "text/rfc822-headers", "application/pdf", "application/ms-tnef", "application/pkcs7-mime", "x"]
)  # fmt: skip
values = st.sampled_from(
    [b"utf-8", b"gbk", b"a.txt", b"winmail.dat", b"=?gbk?B?sai82w==?=", b"", b"\xff", b"utf-8''%E4"]
)
parameters = st.lists(
    st.tuples(st.sampled_from([b"charset", b"name", b"filename*", b"name*0", b""]), values), max_size=2
)
leaves = st.builds(
    Structure, section=st.sampled_from(["", "1", "2", "1.1", "2.TEXT"]), content_type=types,
    type_parameters=parameters.map(tuple), encoding=st.sampled_from(["", "base64", "quoted-printable", "7bit"]),
    size=st.integers(0, 3_000_000), disposition=st.sampled_from(["", "attachment", "inline"]),
    disposition_parameters=parameters.map(tuple), content_id=st.sampled_from([b"", b"<x>"]),
)  # fmt: skip
structures = st.recursive(
    leaves,
    lambda inner: st.builds(
        Structure, section=st.sampled_from(["", "1", "2"]), content_type=types,
        children=st.lists(inner, max_size=4).map(tuple), size=st.integers(0, 100),
    ),
    max_leaves=8,
)  # fmt: skip
sections = st.dictionaries(
    st.sampled_from(["", "1", "2", "1.1", "1.MIME", "2.MIME", "1.HEADER", "2.HEADER", "2.TEXT"]),
    st.binary(max_size=60) | st.sampled_from([mail for mail in MAILS if len(mail) < 2000]),
)
headers = st.sampled_from(
    [b"", b"Subject: x\r\n\r\n", *[mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for mail in MAILS]]
)


def whole(raw: bytes) -> FetchedMail:
    return FetchedMail(head=MailHead(uid=1, internal_date=ARRIVED, size=len(raw), header=b""), raw=raw)


def faults(message: NewMessage) -> list[str]:
    """What of this message could not be stored or shown."""
    found = [
        f"{name} is too long"
        for name, longest in (("subject", 998), ("sender", 320), ("sender_address", 320), ("message_id", 998))
        if len(getattr(message, name)) > longest
    ]
    found += ["the content is too long"] if len(message.content.encode()) > MAX_BYTES + 1000 else []
    found += [f"an address is too long: {row}" for row in message.addresses if len(row.address) > 320]
    found += ["a mark of ours is left"] if "fold-" in message.content and "fold-" not in str(MAILS) else []
    found += offences(message.content)
    for text in (message.subject, message.sender, message.content):
        text.encode()
        found += (
            ["a control character"] if any(ord(sign) < 32 and sign not in "\t\n" for sign in text) else []
        )
    return found


def memory_of(process: ReadingProcess) -> int:
    pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.timeout(7200)
async def test_no_damage_costs_more_than_one_mail(request: pytest.FixtureRequest) -> None:
    count, seed = request.config.getoption("--fuzz-mails"), request.config.getoption("--fuzz-seed")
    process, damaged, kinds = ReadingProcess(), mutated(MAILS, seed=seed), Counter[str]()
    pids = set()
    for start in range(0, count, BATCH):
        batch = [next(damaged) for _ in range(min(BATCH, count - start))]
        outcomes = await process.read([whole(raw) for raw in batch], ours=OURS)
        assert len(outcomes) == len(batch)
        pids.add(process.pid)
        kinds += Counter(
            _kind(outcome, f"seed {seed}, mail {start + at}") for at, outcome in enumerate(outcomes)
        )
        assert process.pid is None or memory_of(process) < MOST_MEMORY
    await process.close()
    assert kinds.total() == count
    # Held back are those that are no mail at all; a crash or a mail that costs too much would be a fault of ours.
    assert set(kinds) <= {"message", "mail_unreadable: the mail has no bytes"}
    assert kinds["message"] > count * 0.98
    assert len(pids) == 1


def _kind(outcome: Outcome, name: str) -> str:
    if isinstance(outcome, NewMessage):
        return "message"
    assert isinstance(outcome, Unreadable), name
    if outcome.detail != "the mail has no bytes":
        return f"{outcome.code}: {outcome.detail} ({name})"
    return f"{outcome.code}: {outcome.detail}"


@pytest.mark.timeout(7200)
def test_what_is_made_of_damage_can_be_stored_and_shown(request: pytest.FixtureRequest) -> None:
    count = request.config.getoption("--fuzz-mails") // 5
    for at, raw in enumerate(
        some_mutated(MAILS, seed=request.config.getoption("--fuzz-seed") + 1, count=count)
    ):
        outcome = read_fetched(whole(raw), ours=OURS, sanitise=sanitise)
        assert outcome_of(outcome_bytes(outcome)) == outcome, at
        if isinstance(outcome, NewMessage):
            assert faults(outcome) == [], at
            # What the sync knows of a mail before it is read has to be true afterwards.
            assert header_key(raw) in {None, outcome.content_key}, at


@given(structure=structures, header=headers, given_sections=sections)
def test_whatever_a_server_says_and_gives_is_read_or_wanted_whole(
    structure: Structure, header: bytes, given_sections: dict[str, bytes]
) -> None:
    wished = sections_wanted(structure, header)
    assert wished is None or all(wish.limit > 0 for wish in wished)
    head = MailHead(uid=1, internal_date=ARRIVED, size=1, header=header, structure=structure)
    outcome = read_fetched(FetchedMail(head=head, sections=given_sections), ours=OURS, sanitise=sanitise)
    assert isinstance(outcome, NewMessage | WholeWanted)
    if wished is None:
        assert isinstance(outcome, WholeWanted)


def test_the_same_seed_makes_the_same_mails() -> None:
    def first(seed: int) -> Sequence[bytes]:
        return some_mutated(MAILS, seed=seed, count=50)

    assert first(1) == first(1)
    assert first(1) != first(2)
    assert len(set(first(1))) == 50
