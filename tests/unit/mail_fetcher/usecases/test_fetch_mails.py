"""How the bytes of mails are asked for."""

from mycrm_mail_fetcher.ports import MailHead
from mycrm_mail_fetcher.ports.reading import FetchedMail
from mycrm_mail_fetcher.usecases.fetch_mails import LONGEST_MAIL, fetch_mails
from tests.support.fake_imap import FakeMailServer
from tests.unit.mail_fetcher.usecases.letters import letter


async def fetch(server: FakeMailServer, *, claimed: dict[int, int] | None = None) -> list[FetchedMail]:
    """Fetch all of INBOX; `claimed` are sizes that the server tells wrongly."""
    async with server.connect(server.account) as session:
        (inbox,) = await session.folders()
        await session.open(inbox)
        heads = [
            MailHead(
                uid=head.uid,
                internal_date=head.internal_date,
                size=(claimed or {}).get(head.uid, head.size),
                header=head.header,
            )
            for head in await session.heads(server.folders["INBOX"].mails)
        ]
        server.asked.clear()
        return await fetch_mails(heads, session=session)


async def test_small_mails_are_asked_for_together_and_large_ones_apart() -> None:
    server = FakeMailServer()
    sizes = [100, 200_000, 50, 3_000_000, 300_000, 10]
    for number, size in enumerate(sizes):
        server.deliver("INBOX", letter(str(number), text="x" * size))
    mails = await fetch(server)
    assert sorted(server.asked) == ["bodies 1", "bodies 2", "bodies 3"]
    assert [mail.head.uid for mail in mails] == [1, 2, 3, 4, 5, 6]
    assert [mail.raw for mail in mails] == [mail.raw for mail in server.folders["INBOX"].mails.values()]
    assert not any(mail.truncated for mail in mails)


async def test_a_mail_that_is_longer_than_it_claims_is_fetched_whole() -> None:
    server = FakeMailServer()
    for size in (10, 500_000):
        server.deliver("INBOX", letter(str(size), text="x" * size))
    mails = await fetch(server, claimed={2: 100})
    assert [mail.raw for mail in mails] == [mail.raw for mail in server.folders["INBOX"].mails.values()]


async def test_of_a_huge_mail_the_beginning_is_fetched_whatever_it_claims() -> None:
    server = FakeMailServer()
    raw = letter("huge", text="x" * LONGEST_MAIL)
    for _ in range(2):
        server.deliver("INBOX", raw)
    for mail in await fetch(server, claimed={2: 10}):
        assert mail.truncated
        assert mail.raw == raw[:LONGEST_MAIL]


async def test_a_mail_that_the_server_withholds_is_not_among_them() -> None:
    server = FakeMailServer()
    for number in range(3):
        server.deliver("INBOX", letter(str(number)))
    async with server.connect(server.account) as session:
        (inbox,) = await session.folders()
        await session.open(inbox)
        heads = await session.heads([1, 2, 3])
        server.folders["INBOX"].withheld = {2}
        assert [mail.head.uid for mail in await fetch_mails(heads, session=session)] == [1, 3]
