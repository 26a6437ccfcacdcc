"""Servers that want to harm: memory stays bounded, every wait ends, and the reason is told.

The reader runs in a process of its own, so that its largest size is the product's and not the attacker's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.imap_answers import head
from tests.support.measured_reader import Reading, read_measured
from tests.support.scripted_imap import Peer, scripted_imap

MEGABYTE = 1 << 20
MOST_MEGABYTES = 200
PROTOCOL, LOST = "mailbox_protocol_error", "mailbox_connection_lost"


async def flood(peer: Peer, piece: bytes, *, megabytes: int) -> None:
    """Sends the piece again and again."""
    block = piece * max(MEGABYTE // len(piece), 1)
    for _ in range(megabytes * MEGABYTE // len(block)):
        await peer.raw(block)
    await peer.until_hung_up()


async def endless_greeting(peer: Peer) -> None:
    await flood(peer, b"* OK hello ", megabytes=50)


async def endless_capabilities(peer: Peer) -> None:
    await peer.say(b"* OK ready")
    await peer.hear("CAPABILITY")
    await flood(peer, b"* CAPABILITY IMAP4rev1\r\n", megabytes=100)


async def endless_folders(peer: Peer) -> None:
    await peer.let_in()
    await peer.hear("LIST")
    await flood(peer, b'* LIST () "/" a\r\n', megabytes=200)


async def endless_folder_name(peer: Peer) -> None:
    await peer.let_in()
    await peer.hear("LIST")
    await peer.raw(b'* LIST () "/" "')
    await flood(peer, b"folder", megabytes=100)


async def million_lines_of_news(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID FETCH")
    await flood(peer, b"* 1 EXPUNGE\r\n", megabytes=150)


async def million_lines_of_other_mails(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID FETCH")
    for number in range(100_000):
        await peer.raw(b"* 7 FETCH (UID %d BODY[1] {1000}\r\n%s)\r\n" % (number + 1_000, b"x" * 1000))
    await peer.until_hung_up()


async def endless_literals(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID FETCH")
    block = b"x" * MEGABYTE
    for uid in range(1, 5):
        await peer.raw(b"* %d FETCH (UID %d BODY[HEADER] {%d}\r\n" % (uid, uid, 60 * MEGABYTE))
        for _ in range(60):
            await peer.raw(block)
        await peer.raw(b")\r\n")
    peer.hang_up()


async def two_gigabytes(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID FETCH")
    await peer.raw(b"* 1 FETCH (UID 1 BODY[]<0> {2147483648}\r\n")
    await flood(peer, b"x", megabytes=100)


async def header_bombs(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    bomb = b"X-Bomb: " + b"x" * (2 * MEGABYTE) + b"\r\n\r\n"
    for first in (1, 101):
        heard = await peer.hear("UID FETCH")
        for uid in range(first, first + 100):
            await peer.say(head(uid, header=bomb))
        await peer.say(heard.tag + b" OK done")
    await peer.answer("LOGOUT")


async def nested_parts(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    for first in (1, 101):
        heard = await peer.hear("UID FETCH")
        for uid in range(first, first + 100):
            await peer.say(
                head(uid)[:-1] + b" BODYSTRUCTURE " + b"(" * 100_000 + b'"text"' + b")" * 100_000 + b")"
            )
        await peer.say(heard.tag + b" OK done")
    await peer.answer("LOGOUT")


async def wide_structures(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    part = b'("text" "plain" ("a" "b" "c" "d") NIL NIL "7bit" 1 1)'
    for first in (1, 101):
        heard = await peer.hear("UID FETCH")
        for uid in range(first, first + 100):
            await peer.say(head(uid)[:-1] + b" BODYSTRUCTURE (" + part * 15_000 + b' "mixed"))')
        await peer.say(heard.tag + b" OK done")
    await peer.answer("LOGOUT")


async def more_than_was_asked_for(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    heard = await peer.hear("UID FETCH")
    for uid in range(1, 201):
        await peer.say(b"* %d FETCH (UID %d BODY[1]<0> {%d}\r\n%s)" % (uid, uid, MEGABYTE, b"x" * MEGABYTE))
    await peer.say(heard.tag + b" OK done")
    await peer.answer("LOGOUT")


async def a_hundred_thousand_sections(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID FETCH")
    for number in range(100_000):
        await peer.raw(b"* 1 FETCH (UID 1 BODY[%d] {1000}\r\n%s)\r\n" % (number + 2, b"x" * 1000))
    await peer.until_hung_up()


async def too_many_uids(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    await peer.hear("UID SEARCH")
    await peer.raw(b"* SEARCH")
    await flood(peer, b" 1234567890", megabytes=50)


async def a_million_uids_in_no_order(peer: Peer) -> None:
    await peer.open_folder(messages=200)
    heard = await peer.hear("UID SEARCH")
    numbers = b"".join(b" %d" % (uid * 7_368_787 % 4_294_967_291) for uid in range(1, 1_000_001))
    await peer.say(b"* SEARCH" + numbers, heard.tag + b" OK done")
    await peer.answer("LOGOUT")


async def an_endless_idle(peer: Peer) -> None:
    await peer.open_folder(able=b"IMAP4rev1 IDLE")
    await peer.hear("IDLE")
    await peer.say(b"+ idling")
    await flood(peer, b"* OK still here\r\n", megabytes=100)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """What the server does, how it is read, and what must come of it."""

    script: Callable[[Peer], Awaitable[None]]
    what: str
    code: str = ""
    found: int = 0


ATTACKS = [
    Attack(script=endless_greeting, what="status", code=PROTOCOL),
    Attack(script=endless_capabilities, what="status", code=PROTOCOL),
    Attack(script=endless_folders, what="folders", code=PROTOCOL),
    Attack(script=endless_folder_name, what="folders", code=PROTOCOL),
    Attack(script=million_lines_of_news, what="heads", code=PROTOCOL),
    Attack(script=million_lines_of_other_mails, what="sections", code=PROTOCOL),
    Attack(script=endless_literals, what="heads", code=LOST),
    Attack(script=two_gigabytes, what="bodies", code=PROTOCOL),
    Attack(script=header_bombs, what="heads", found=200 * (1 << 17)),
    Attack(script=nested_parts, what="described"),
    Attack(script=wide_structures, what="described"),
    Attack(script=more_than_was_asked_for, what="sections", found=200 * 10_000),
    Attack(script=a_hundred_thousand_sections, what="sections", code=PROTOCOL),
    Attack(script=too_many_uids, what="uids", code=PROTOCOL),
    Attack(script=a_million_uids_in_no_order, what="recent", found=1_000_000),
    Attack(script=an_endless_idle, what="idle", code=PROTOCOL),
]


async def under(attack: Attack, tmp_path: Path) -> Reading:
    async with scripted_imap(tmp_path, attack.script) as server:
        return await read_measured(server.account, attack.what)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.script.__name__)
async def test_an_attack_costs_little_memory_and_its_reason_is_told(attack: Attack, tmp_path: Path) -> None:
    reading = await under(attack, tmp_path)
    assert (reading.code, reading.found) == (attack.code, attack.found)
    assert bool(reading.detail) == bool(attack.code)
    assert reading.megabytes < MOST_MEGABYTES
