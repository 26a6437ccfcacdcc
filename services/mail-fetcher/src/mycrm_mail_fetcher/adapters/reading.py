"""Reads one mail, whole or by its parts: the same rules on both, and the same message in the end."""

from mycrm_common.errors import MyCRMError
from mycrm_common.keys import email_key
from mycrm_mail_fetcher.domain.assembly import assemble
from mycrm_mail_fetcher.domain.classify import Ours, classify, is_answer, shown_addresses
from mycrm_mail_fetcher.domain.mail import ReadMail
from mycrm_mail_fetcher.domain.mime import read_mail, read_tree
from mycrm_mail_fetcher.domain.parts import BytesMissingError, Part
from mycrm_mail_fetcher.domain.quotes import is_forward
from mycrm_mail_fetcher.ports.html import Sanitise
from mycrm_mail_fetcher.ports.ledger import MessageAddress, NewMessage
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable, WholeWanted

TOO_COSTLY = "mail_too_costly"
UNREADABLE = "mail_unreadable"


def read_fetched(mail: FetchedMail, *, ours: Ours, sanitise: Sanitise) -> Outcome:
    """Return what became of the mail; whatever it holds, nothing is raised."""
    try:
        return _read(mail, ours, sanitise)
    except MyCRMError as error:
        return Unreadable(code=error.code, detail=error.detail)
    except MemoryError:
        return Unreadable(code=TOO_COSTLY, detail="reading it took more memory than one mail may take")
    except Exception as error:  # noqa: BLE001 - one mail that nobody foresaw must not stop all others
        return Unreadable(code=UNREADABLE, detail=f"{type(error).__name__}: {error}"[:500])


def _read(mail: FetchedMail, ours: Ours, sanitise: Sanitise) -> NewMessage | WholeWanted:
    head = mail.head
    if mail.sections is None:
        read = read_mail(mail.raw, internal_date=head.internal_date, truncated=mail.truncated)
        return _message(read, ours, sanitise)
    root = _assembled(mail)
    if root is None:
        return WholeWanted(reason="the server's description does not fit the mail")
    try:
        read = read_tree(root, internal_date=head.internal_date)
    except BytesMissingError as missing:
        return WholeWanted(reason=f"part {missing} is needed")
    return _message(read, ours, sanitise)


def _assembled(mail: FetchedMail) -> Part | None:
    if mail.head.structure is None:
        return None
    return assemble(mail.head.structure, header=mail.head.header, sections=mail.sections or {})


def _message(read: ReadMail, ours: Ours, sanitise: Sanitise) -> NewMessage:
    safe = sanitise(read.html, folds=not is_forward(read.subject))
    message_type = classify(read, ours)
    return NewMessage(
        content_key=read.content_key,
        message_id=read.message_id,
        sender=read.sender.name or read.sender.email,
        sender_address=email_key(read.sender.email),
        date=read.date,
        type=message_type,
        subject=read.subject,
        content=safe.html,
        attachments=read.attachments,
        blocked_images=safe.blocked_images,
        addresses=_addresses(read),
        mark=read.mark,
        is_answer=is_answer(read, message_type),
        references=read.references,
        bounced=read.bounce.recipients if read.bounce else (),
    )


def _addresses(mail: ReadMail) -> tuple[MessageAddress, ...]:
    return tuple(
        MessageAddress(role=shown.role, address=shown.email, key=email_key(shown.email))
        for shown in shown_addresses(mail)
    )
