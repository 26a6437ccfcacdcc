"""Which parts of a mail are its text.

Of alternatives one is taken, HTML if it shows anything; texts that stand side by side are joined; files are
never glued on. A mail inside the mail, or a text file, is read only when there is nothing else to read. What
cannot be shown (Outlook packages, invitations, encrypted mail) leaves one line that says so.
"""

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Final

from mycrm_mail_fetcher.domain.armour import without_armour
from mycrm_mail_fetcher.domain.headers import subject_text
from mycrm_mail_fetcher.domain.mail import Attachment
from mycrm_mail_fetcher.domain.notices import CUT, is_package, notice_of
from mycrm_mail_fetcher.domain.parts import REPORTS, RETURNED_HEADERS, Part, text_part
from mycrm_mail_fetcher.domain.plain import html_of, shows_something, unflowed
from mycrm_mail_fetcher.domain.quotes import pieces_of
from mycrm_mail_fetcher.domain.tnef import read_package

MAX_ENCODED: Final = 2 * 1024 * 1024
MAX_TEXT: Final = 2_000_000
MAX_PACKAGE: Final = 512 * 1024
READABLE: Final = {"text/plain", "text/html"}
_SIGNATURES: Final = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}
LAST_RESORTS: Final = REPORTS | RETURNED_HEADERS


class Text:
    """A part that is text; it becomes HTML when somebody asks, because most alternatives are never shown."""

    def __init__(self, part: Part) -> None:
        self.part = part

    @cached_property
    def html(self) -> str:
        """Return the text as HTML, still unsanitised."""
        text = self.part.text(MAX_ENCODED)
        if self.part.content_type == "text/html":
            return text
        flowed = self.part.type_parameters.get("format", "").lower() == "flowed"
        joined_by = "" if self.part.type_parameters.get("delsp", "").lower() == "yes" else " "
        text = without_armour(text[:MAX_TEXT])
        return _marked(unflowed(text, joined_by) if flowed else text)

    @cached_property
    def shows_something(self) -> bool:
        """Say whether a reader would see anything."""
        return shows_something(self.html)


@dataclass(slots=True)
class Findings:
    """What a walk through the tree found: texts, lines for what cannot be shown, files, last resorts."""

    texts: list[Text] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    spare: list[Part] = field(default_factory=list)

    @property
    def shows_something(self) -> bool:
        """Say whether one of the texts would show anything."""
        return any(text.shows_something for text in self.texts)

    def add(self, other: "Findings", *, with_texts: bool = True) -> None:
        """Take over what another walk found."""
        self.notices += other.notices
        self.attachments += other.attachments
        self.spare += other.spare
        self.texts += other.texts if with_texts else ()


def body_of(root: Part, *, truncated: bool = False) -> tuple[str, tuple[Attachment, ...]]:
    """Return the mail's one text as HTML and what hung on it; `truncated` says that only its beginning was read."""
    found = _read(root)
    texts = found.texts if found.shows_something else _last_resort(found)
    notices = list(dict.fromkeys(found.notices))
    if _is_incomplete(texts, truncated=truncated):
        notices.append(CUT)
    joined = "<br>\n".join(text.html for text in texts)[:MAX_TEXT]
    lines = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
    return "\n".join(piece for piece in (joined, lines) if piece), tuple(found.attachments)


def _marked(text: str) -> str:
    """Return plain text as HTML in which old mail and signature are marked; see `domain.quotes`."""
    return "<br>\n".join(
        f'<div class="{piece.kind}">{html_of(piece.text)}</div>' if piece.kind else html_of(piece.text)
        for piece in pieces_of(text)
    )


def _is_incomplete(texts: list[Text], *, truncated: bool) -> bool:
    too_long = any(len(text.part.body) > MAX_ENCODED or len(text.html) > MAX_TEXT for text in texts)
    return too_long or (truncated and (not texts or any(text.part.cut for text in texts)))


def _read(part: Part) -> Findings:
    notice = notice_of(part)
    if notice:
        spare = [part] if is_package(part) else []
        return Findings(notices=[notice], attachments=_attachments(part), spare=spare)
    if part.content_type == "message/rfc822" or part.content_type in LAST_RESORTS:
        return Findings(attachments=_attachments(part), spare=[part])
    if part.disposition == "attachment" or not (part.children or part.content_type in READABLE):
        return Findings(attachments=_attachments(part))
    return _container(part) if part.children else _text(part)


def shown_together(part: Part) -> tuple[Part, ...]:
    """Return the children of a multipart that may be shown, all of them or one."""
    if part.content_type == "multipart/signed":
        return part.children[:1]
    if part.content_type == "multipart/related":
        # Beside its root a related part holds what the root points at, never a text of its own.
        return part.children[:1] + tuple(child for child in part.children[1:] if not _is_pointed_at(child))
    return part.children


def _container(part: Part) -> Findings:
    readings = [_read(child) for child in shown_together(part)]
    if part.content_type == "multipart/alternative":
        return _chosen(readings)
    found = Findings()
    for reading in readings:
        found.add(reading)
    return found


def _chosen(options: list[Findings]) -> Findings:
    """Return all files and lines of the alternatives, but the texts of one: the last that shows anything."""
    best = next((option for option in reversed(options) if option.shows_something), None)
    found = Findings()
    for option in options:
        found.add(option, with_texts=option is best)
    return found


def _text(part: Part) -> Findings:
    if part.name:
        return Findings(attachments=_attachments(part), spare=[part])
    return Findings(texts=[Text(part)])


def _last_resort(found: Findings) -> list[Text]:
    for part in found.spare:
        texts = _spare_texts(part)
        if any(text.shows_something for text in texts):
            return texts
    return []


def _spare_texts(part: Part) -> list[Text]:
    if part.children:
        return _read(part.children[0]).texts
    if not is_package(part):
        return [Text(part)]
    inside = read_package(part.payload(MAX_PACKAGE))
    return [
        Text(text_part(inside.page, "text/html") if inside.page else text_part(inside.plain, "text/plain"))
    ]


def _is_pointed_at(part: Part) -> bool:
    return part.headers.has("content-id") and part.disposition != "attachment"


def _attachments(part: Part) -> list[Attachment]:
    if part.content_type in _SIGNATURES or part.content_type in LAST_RESORTS:
        return []
    name = part.name
    if not name and part.children and part.content_type == "message/rfc822":
        subject = subject_text(part.children[0].headers.first("subject"))
        name = f"{subject[:100] or 'message'}.eml"
    if not name and part.disposition != "attachment":
        return []
    return [Attachment(name=name, content_type=part.content_type, size=part.size())]
