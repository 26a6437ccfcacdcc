"""What of a text its author did not write just now: the mail that is answered, and the signature.

Such parts are folded away where a mail is shown, so only what is beyond doubt counts. A quote is one block of `>`
lines, or everything from the head of the old mail on; several blocks with words in between are a conversation,
and stay. Words in many languages, because the author's program writes in his.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a piece of a text is."""

    OWN = ""
    QUOTE = "mycrm-quote"
    SIGNATURE = "mycrm-signature"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a text."""

    kind: Kind
    text: str


FROM_LABELS: Final = (
    r"From|Sender|发件人|发信人|寄件者|寄件人|Von|De|Da|Van|Från|Fra|Od|От|差出人|送信者|보낸 ?사람|Gönderen"
)
_DATE_LABELS: Final = (
    r"Sent|Date|发送时间|发送日期|日期|时间|寄件日期|發送時間|傳送時間|Gesendet|Datum|Envoyé|Enviado|Enviada em|Fecha"
    r"|Inviato|Data|Verzonden|Skickat|Sendt|Wysłano|Отправлено|Дата|送信日時|日時|보낸 ?날짜|Gönderildi|Tarih"
)
_SUBJECT_LABELS: Final = (
    r"Subject|主题|主旨|标题|Betreff|Objet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Temat|Тема|件名"
    r"|제목|Konu"
)
_HEAD = re.compile(rf"[>*\s]*(?:{FROM_LABELS})[*\s]*[:：]", re.IGNORECASE)
_DATED = re.compile(rf"^[>*\s]*(?:{_DATE_LABELS})[*\s]*[:：]", re.IGNORECASE | re.MULTILINE)
_ENTITLED = re.compile(rf"^[>*\s]*(?:{_SUBJECT_LABELS})[*\s]*[:：]", re.IGNORECASE | re.MULTILINE)
_HEAD_LINES: Final = 12

BLANKS: Final = r"(?>(?:\s|&nbsp;){0,50})"
ORIGINAL: Final = (
    rf"-{{2,}}{BLANKS}(?:Original(?: (?:Message|E-?mail))?|原始邮件|原始郵件|原邮件|回复的原邮件|回复邮件"
    r"|Ursprüngliche (?:Nachricht|Mail)|Originalnachricht|Message d['’]origine|Mensaje original|Mensagem original"
    rf"|Messaggio originale|Oorspronkelijk bericht){BLANKS}-{{2,}}"
)
_ORIGINAL = re.compile(rf"\s*{ORIGINAL}\s*\Z", re.IGNORECASE)
_FORWARDED = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|vb|转发|轉寄|轉發|转寄)\s*[:：]|\s*\[(?:fwd|转发)\b", re.IGNORECASE
)
_WROTE = re.compile(
    r"(?:wrote|writes|写道|寫道|schrieb.{0,80}|a écrit|escribió|escreveu|ha scritto|schreef.{0,80}|skrev"
    r"|написал\(?а?\)?|のメール|作成)\s*[:：]\s*\Z",
    re.IGNORECASE,
)
_SIGNATURE: Final = {"-- ", "--\u00a0", "--"}
_LONGEST_SIGNATURE: Final = 15
_ATTRIBUTION_LINES: Final = 3
_LONGEST_ATTRIBUTION: Final = 300
_MOST_LINES: Final = 20_000


def is_forward(subject: str) -> bool:
    """Say whether the mail hands on another one, which then is what it is about."""
    return _FORWARDED.match(subject) is not None


def begins_old_mail(text: str) -> bool:
    """Say whether the text begins with the head of another mail: who, when, what about."""
    if not _HEAD.match(text):
        return False
    lines = "\n".join(text.lstrip().split("\n", _HEAD_LINES)[:_HEAD_LINES])
    return bool(_DATED.search(lines) and _ENTITLED.search(lines))


def is_attribution(text: str) -> bool:
    """Say whether the text only tells who wrote what follows."""
    return "\n" not in text.strip() and _WROTE.search(text[-_LONGEST_ATTRIBUTION:]) is not None


def pieces_of(text: str) -> list[Piece]:
    """Return the plain text in its pieces, in order; joined by line ends they are the text."""
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return [Piece(Kind.OWN, text)]
    quote = _quote(lines)
    signature = _signature(lines, quote)
    found = [Piece(kind, "\n".join(lines[start:end])) for kind, start, end in _cut(lines, quote, signature)]
    return found or [Piece(Kind.OWN, text)]


def _cut(
    lines: Sequence[str], quote: range | None, signature: range | None
) -> Iterator[tuple[Kind, int, int]]:
    at = 0
    marked = [(Kind.QUOTE, quote), (Kind.SIGNATURE, signature)]
    for kind, where in sorted(marked, key=lambda piece: piece[1].start if piece[1] else -1):
        if where:
            if where.start > at:
                yield Kind.OWN, at, where.start
            yield kind, where.start, where.stop
            at = where.stop
    if at < len(lines):
        yield Kind.OWN, at, len(lines)


def _quote(lines: Sequence[str]) -> range | None:
    old = next((at for at in range(len(lines)) if _is_old_mail(lines, at)), None)
    first = next((at for at, line in enumerate(lines) if _is_quoted(line)), None)
    if old is not None and (first is None or old <= first):
        return range(old, len(lines))
    if first is None:
        return None
    last = max(at for at, line in enumerate(lines) if _is_quoted(line))
    if any(line.strip() and not _is_quoted(line) for line in lines[first:last]):
        return None  # Words between the quoted lines: a conversation.
    return range(_attributed(lines, first), last + 1)


def _is_quoted(line: str) -> bool:
    # Mailbox files write `>From` where the author wrote `From`.
    return line.startswith(">") and not line.startswith(">From ")


def _is_old_mail(lines: Sequence[str], at: int) -> bool:
    if _ORIGINAL.match(lines[at]):
        return True
    return _HEAD.match(lines[at]) is not None and begins_old_mail("\n".join(lines[at : at + _HEAD_LINES]))


def _attributed(lines: Sequence[str], first: int) -> int:
    """Return where the line begins that says who wrote what is quoted."""
    above = [at for at in range(max(0, first - _ATTRIBUTION_LINES), first) if lines[at].strip()]
    if not above or not is_attribution(lines[above[-1]]):
        return first
    start = above[-1]
    while start - 1 in above and len(lines[start - 1]) > len(lines[start]):
        start -= 1  # A long line that was folded.
    return start


def _signature(lines: Sequence[str], quote: range | None) -> range | None:
    end = quote.start if quote and quote.stop == len(lines) else len(lines)
    for at in range(
        end - 1, max(end - _LONGEST_SIGNATURE, quote.stop if quote and quote.stop < end else 0) - 1, -1
    ):
        if lines[at] in _SIGNATURE:
            return range(at, end)
    return None
