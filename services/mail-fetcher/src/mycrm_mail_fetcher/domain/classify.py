"""What kind of message a mail is, and under which addresses it shows.

The order of the questions is the contract's: a notice of the admin, a bounce, a mail of ours, a mail from others.
The folder is not asked, so it does not matter in which one a mail is found first.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from mycrm_mail_fetcher.domain.addresses import email_key
from mycrm_mail_fetcher.domain.mail import Mark, ReadMail

ShownRole = Literal["from", "to", "cc", "bcc", "bounced"]

_NOBODY: Final = re.compile(
    r"(?:mailer-?daemon|mail-daemon|postmaster|bounces?|no-?reply|do-?not-?reply|not?reply|system|daemon"
    r"|notifications?|newsletters?|robot|automailer|unsubscribe)(?:[-+.=].*)?\Z"
    r"|.*[-._](?:no-?reply|bounces?|notifications?)\Z",
    re.IGNORECASE,
)


class MessageType(StrEnum):
    """The kinds of messages; `comment` is written by people on the page, never read from a mailbox."""

    RECEIVE = "receive"
    SENDTO = "sendto"
    COMMENT = "comment"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """Who we are: our addresses, and the display name (empty for none) whose mail is a notice to the team."""

    addresses: frozenset[str]
    admin_name: str

    def includes(self, email: str) -> bool:
        """Say whether an address is one of ours, however it is spelt."""
        return email_key(email) in {email_key(own) for own in self.addresses} - {""}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAddress:
    """An address under which a mail shows, and what it was to the mail."""

    role: ShownRole
    name: str
    email: str


def classify(mail: ReadMail, ours: Ours) -> MessageType:
    """Return the type of a mail that was read from a mailbox."""
    if _is_admin(mail.sender.name, ours.admin_name) or mail.bounce is not None:
        return MessageType.SYSTEM
    if any(ours.includes(sender.email) for sender in (mail.sender, *mail.other_senders)):
        return MessageType.SENDTO
    return MessageType.RECEIVE


def is_answer(mail: ReadMail, message_type: MessageType) -> bool:
    """Say whether a person wrote this mail to us, which shows that the sender's address works."""
    local, at, _ = mail.sender.email.rpartition("@")
    is_somebody = bool(at) and not _NOBODY.match(local.replace("_", "-"))
    return message_type is MessageType.RECEIVE and mail.mark is Mark.NONE and is_somebody


def shown_addresses(mail: ReadMail) -> tuple[ShownAddress, ...]:
    """Return sender, recipients and bounced addresses, each address once per role; our own are among them."""
    rows = [
        *(
            ShownAddress(role="from", name=who.name, email=who.email)
            for who in (mail.sender, *mail.other_senders)
        ),
        *(ShownAddress(role=who.role, name=who.name, email=who.email) for who in mail.recipients),
    ]
    if mail.bounce is not None:
        rows += (ShownAddress(role="bounced", name="", email=who.email) for who in mail.bounce.recipients)
    distinct: dict[tuple[str, str], ShownAddress] = {}
    for row in rows:
        if row.email:
            distinct.setdefault((email_key(row.email), row.role), row)
    return tuple(distinct.values())


def _is_admin(name: str, admin_name: str) -> bool:
    return bool(admin_name.strip()) and _plain(name) == _plain(admin_name)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())
