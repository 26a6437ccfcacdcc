"""What the reading process and its owner say to each other, as bytes.

The owner's words are trusted, and written as the interpreter writes its own code, which is the quickest way there
is. The process has read what strangers wrote, so its own words are data and nothing but data: JSON, taken apart field
by field, and behind it the text of the message as it stands.
"""

import json
import marshal
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mycrm_mail_fetcher.domain.classify import MessageType, Ours
from mycrm_mail_fetcher.domain.mail import Attachment, BouncedRecipient, Mark
from mycrm_mail_fetcher.domain.structure import Structure
from mycrm_mail_fetcher.ports.ledger import MessageAddress, NewMessage
from mycrm_mail_fetcher.ports.mailbox import MailHead
from mycrm_mail_fetcher.ports.reading import FetchedMail, Outcome, Unreadable, WholeWanted

LENGTH_BYTES: Final = 4
LONGEST: Final = 64 * 1024 * 1024
READY: Final = b"ready"


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def framed(payload: bytes) -> bytes:
    """Return the payload behind its length."""
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


class Frames:
    """Takes bytes as they come, and gives payloads as they become whole."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take what came."""
        self._buffer += chunk

    def next(self) -> bytes | None:
        """Return the next payload, None where more has to come first; ValueError where it is absurdly long."""
        if len(self._buffer) < LENGTH_BYTES:
            return None
        end = int.from_bytes(self._buffer[:LENGTH_BYTES], "big") + LENGTH_BYTES
        if end > LONGEST:
            raise ValueError("a frame that is no frame")
        if len(self._buffer) < end:
            return None
        payload = bytes(memoryview(self._buffer)[LENGTH_BYTES:end])
        del self._buffer[:end]
        return payload


def task_bytes(mail: FetchedMail, ours: Ours) -> bytes:
    """Return a mail to be read, and who we are."""
    head = mail.head
    plain = (
        (head.uid, (head.internal_date - _EPOCH) // _MICROSECOND, head.size, head.header),
        _plain(head.structure) if head.structure else None,
        mail.raw,
        dict(mail.sections) if mail.sections is not None else None,
        mail.truncated,
        (ours.addresses, ours.admin_name),
    )
    return marshal.dumps(plain)


def task_of(raw: bytes) -> tuple[FetchedMail, Ours]:
    """Return what `task_bytes` was given."""
    plain = marshal.loads(raw)  # noqa: S302 - only our own parent holds the other end of this pipe
    (uid, came, size, header), structure, whole, sections, truncated, (addresses, admin_name) = plain
    head = MailHead(
        uid=uid,
        internal_date=_EPOCH + came * _MICROSECOND,
        size=size,
        header=header,
        structure=_structure(structure) if structure else None,
    )
    mail = FetchedMail(head=head, raw=whole, sections=sections, truncated=truncated)
    return mail, Ours(addresses=addresses, admin_name=admin_name)


def _plain(part: Structure) -> tuple[Any, ...]:
    """Return the description of a mail as tuples."""
    return (
        part.section,
        part.content_type,
        part.type_parameters,
        part.content_id,
        part.encoding,
        part.size,
        part.disposition,
        part.disposition_parameters,
        tuple(_plain(child) for child in part.children),
    )


def _structure(plain: tuple[Any, ...]) -> Structure:
    section, content_type, parameters, content_id, encoding, size, disposition, more, children = plain
    return Structure(
        section=section,
        content_type=content_type,
        type_parameters=parameters,
        content_id=content_id,
        encoding=encoding,
        size=size,
        disposition=disposition,
        disposition_parameters=more,
        children=tuple(_structure(child) for child in children),
    )


def outcome_bytes(outcome: Outcome) -> bytes:
    """Return what became of a mail: JSON behind its length, and the text of the message."""
    content = outcome.content if isinstance(outcome, NewMessage) else ""
    told = _JSON.encode(_told(outcome)).encode("utf-8", "replace")
    return framed(told) + content.encode("utf-8", "replace")


def outcome_of(raw: bytes) -> Outcome:
    """Return what `outcome_bytes` was given; ValueError, KeyError or TypeError where it is nothing of that kind."""
    end = int.from_bytes(raw[:LENGTH_BYTES], "big") + LENGTH_BYTES
    told = json.loads(raw[LENGTH_BYTES:end].decode())
    if "message" in told:
        return _message(told["message"], content=raw[end:].decode())
    if "unreadable" in told:
        code, detail = told["unreadable"]
        return Unreadable(code=str(code), detail=str(detail))
    return WholeWanted(reason=str(told["whole"]))


def _told(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, NewMessage):
        return {"message": _message_fields(outcome)}
    if isinstance(outcome, Unreadable):
        return {"unreadable": [outcome.code, outcome.detail]}
    return {"whole": outcome.reason}


def _message_fields(message: NewMessage) -> dict[str, Any]:
    return {
        "content_key": message.content_key.hex(),
        "message_id": message.message_id,
        "sender": message.sender,
        "sender_address": message.sender_address,
        "date": message.date.isoformat(),
        "type": message.type.value,
        "subject": message.subject,
        "attachments": [[file.name, file.content_type, file.size] for file in message.attachments],
        "blocked_images": message.blocked_images,
        "addresses": [[row.role, row.address, row.key] for row in message.addresses],
        "mark": message.mark.value,
        "is_answer": message.is_answer,
        "references": message.references,
        "bounced": [[who.email, who.status, who.diagnostic] for who in message.bounced],
    }


def _message(told: dict[str, Any], *, content: str) -> NewMessage:
    return NewMessage(
        content_key=bytes.fromhex(told["content_key"]),
        message_id=str(told["message_id"]),
        sender=str(told["sender"]),
        sender_address=str(told["sender_address"]),
        date=datetime.fromisoformat(told["date"]),
        type=MessageType(told["type"]),
        subject=str(told["subject"]),
        content=content,
        attachments=tuple(
            Attachment(name=str(name), content_type=str(kind), size=int(size))
            for name, kind, size in told["attachments"]
        ),
        blocked_images=int(told["blocked_images"]),
        addresses=tuple(
            MessageAddress(role=str(role), address=str(address), key=str(key))
            for role, address, key in told["addresses"]
        ),
        mark=Mark(told["mark"]),
        is_answer=bool(told["is_answer"]),
        references=tuple(str(known) for known in told["references"]),
        bounced=tuple(
            BouncedRecipient(email=str(email), status=str(status), diagnostic=str(words))
            for email, status, words in told["bounced"]
        ),
    )
