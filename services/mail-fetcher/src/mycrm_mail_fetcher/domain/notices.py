"""The lines that stand where something could not be shown, in both languages of the page."""

import re
from typing import Final

from mycrm_mail_fetcher.domain.charsets import decode_bytes
from mycrm_mail_fetcher.domain.parts import Part

TNEF: Final = (
    "［Outlook 专用附件 winmail.dat，其中的文件未显示｜Outlook package winmail.dat, its files are not shown］"
)
SMIME: Final = "［S/MIME 加密或签名的邮件，请在邮件客户端中阅读｜S/MIME mail, to be read in a mail program］"
PGP: Final = "［PGP 加密的邮件，请在邮件客户端中阅读｜PGP encrypted mail, to be read in a mail program］"
CUT: Final = "［邮件过长，仅显示开头部分｜A long mail: only its beginning is shown］"

_SMIME_TYPES: Final = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF_TYPES: Final = {"application/ms-tnef", "application/vnd.ms-tnef"}
MAX_INVITATION: Final = 64 * 1024
_BEGIN = re.compile(r"^BEGIN:VEVENT\b", re.MULTILINE | re.IGNORECASE)
_END = re.compile(r"^END:VEVENT\b", re.MULTILINE | re.IGNORECASE)
_PROPERTY = re.compile(r"^(SUMMARY|DTSTART|DTEND|LOCATION)([;:][^\n]{0,2000})$", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\Z")
_ESCAPED = re.compile(r"\\(.)")


def is_package(part: Part) -> bool:
    """Say whether this is Outlook's winmail.dat."""
    return part.content_type in _TNEF_TYPES or part.name.lower() == "winmail.dat"


def is_sealed(part: Part) -> bool:
    """Say whether only a mail program with the right key can read what is inside."""
    return part.content_type == "multipart/encrypted" or part.content_type in _SMIME_TYPES


def is_invitation(part: Part) -> bool:
    """Say whether this is an invitation; an attached one repeats the one that stands beside the text."""
    return part.content_type == "text/calendar" and part.disposition != "attachment"


def notice_of(part: Part) -> str:
    """Return the line that tells what this part is, empty if it needs none."""
    if is_package(part):
        return TNEF
    if is_sealed(part):
        return PGP if part.maintype == "multipart" else SMIME
    return _invitation(part) if is_invitation(part) else ""


def _invitation(part: Part) -> str:
    text = decode_bytes(part.payload(MAX_INVITATION), part.type_parameters.get("charset") or "utf-8")
    known = {name.upper(): _value(rest) for name, rest in _PROPERTY.findall(_event(_FOLD.sub("", text)))}
    when = "–".join(_moment(known[name]) for name in ("DTSTART", "DTEND") if known.get(name))
    told = [known.get("SUMMARY", ""), when, known.get("LOCATION", "")]
    about = "，".join(value for value in told if value)
    return f"［日历邀请｜Calendar invitation］{about}"


def _event(text: str) -> str:
    """Return the lines of the first event, none where it does not end."""
    begin = _BEGIN.search(text)
    end = _END.search(text, begin.end()) if begin else None
    return text[begin.end() : end.start()] if begin and end else ""


def _value(rest: str) -> str:
    """Return what stands behind the colon that ends the property's parameters (which may quote colons)."""
    quoted = re.match(r"(?>(?:;[^\":;]*+(?:\"[^\"]*+\")?[^\":;]*+)*):(.*)", rest)
    value = quoted[1] if quoted else rest.partition(":")[2]
    return _ESCAPED.sub(lambda mark: " " if mark[1] in "nN" else mark[1], value).strip()


def _moment(value: str) -> str:
    found = _MOMENT.match(value)
    if found is None:
        return value
    year, month, day, hour, minute, zulu = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{' UTC' if zulu else ''}" if hour else "")
