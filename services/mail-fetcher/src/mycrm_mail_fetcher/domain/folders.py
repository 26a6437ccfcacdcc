"""Which folders are read, and in which order.

Servers name the same folder differently (`Sent Messages`, `已发送`, `INBOX.Sent`), and only some say what it is
for. Names are compared in one form, and the words for drafts are known, because a draft was never sent.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

_QUOTES: Final = "\"'“”‘’`"
_PREFIXES: Final = ("inbox/", "inbox.", "[gmail]/", "[google mail]/")
_DRAFTS: Final = frozenset((
    "drafts", "draft", "草稿箱", "草稿", "草稿夹", "草稿夾", "下書き", "임시보관함", "entwürfe", "brouillons",
    "borradores", "bozze", "rascunhos", "concepten", "utkast", "kladder", "luonnokset", "черновики",
    "kopie robocze", "taslaklar", "koncepty",
))  # fmt: skip
_SENT: Final = frozenset((
    "sent", "sent items", "sent messages", "sent mail", "sent-mail", "已发送", "已发送邮件", "已发邮件",
    "已发送消息", "发件箱", "寄件備份", "寄件匣", "已傳送", "已傳送的郵件", "送信済み", "送信済みアイテム",
    "送信済みメール", "送信済みトレイ", "보낸편지함", "보낸 편지함", "gesendet", "gesendete elemente",
    "gesendete objekte", "envoyés", "éléments envoyés", "messages envoyés", "enviados",
    "elementos enviados", "mensajes enviados", "itens enviados", "posta inviata", "inviati", "inviata",
    "verzonden", "verzonden items", "skickat", "skickade", "sendt", "sendte elementer", "lähetetyt",
    "отправленные", "wysłane", "elementy wysłane", "odeslané", "gönderilmiş öğeler",
))  # fmt: skip
_INVISIBLE: Final = dict.fromkeys((0x200B, 0x200E, 0x200F, 0xFEFF))


class Listed(Protocol):
    """A folder as far as these rules look at it; `special_use` is like `sent`, or empty."""

    @property
    def name(self) -> str:
        """Return the decoded name."""
        ...

    @property
    def special_use(self) -> str:
        """Return what the server says the folder is for."""
        ...


F = TypeVar("F", bound=Listed)


def is_excluded(name: str, special_use: str, excluded: Iterable[str], *, wire_name: str = "") -> bool:
    """Say whether the setting leaves this folder out, by its name, its name on the wire or its use."""
    words = {_form(word) for word in excluded} - {""}
    names = {_form(name), _bare(name), _form(wire_name), _bare(wire_name)} - {""}
    use = _use(special_use)
    if "drafts" in words and (use == "drafts" or names & _DRAFTS):
        return True
    return bool(names & words) or use in words


def sync_order(folders: Iterable[F]) -> list[F]:
    """Return the folders as they are read: INBOX, what we sent, then the others as the server lists them."""
    return sorted(folders, key=_turn)


def _turn(folder: Listed) -> int:
    if _form(folder.name) == "inbox":
        return 0
    return 1 if is_sent(folder) else 2


def is_sent(folder: Listed) -> bool:
    """Say whether this folder holds what we sent."""
    use = _use(folder.special_use)
    return use == "sent" or (not use and _bare(folder.name) in _SENT)


def _use(special_use: str) -> str:
    return special_use.strip().lstrip("\\").casefold()


def _form(name: str) -> str:
    """Return the form in which names are compared; quotes come from the original's settings."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.translate(_INVISIBLE).split()).strip(_QUOTES).strip()


def _bare(name: str) -> str:
    form = _form(name)
    return next((form.removeprefix(prefix) for prefix in _PREFIXES if form.startswith(prefix)), form)
