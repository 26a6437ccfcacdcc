"""From bytes to text, whatever the mail claims.

A label is a hint, not a fact: `gb2312` is what Chinese programs write above GBK and GB18030 text, `us-ascii`
above anything. So a label is looked up in a list of our own (never handed to `codecs`, where `idna`, `utf-7` or
`unicode_escape` wait), tried strictly, and distrusted as soon as one byte does not fit. What has no usable label
is tried as UTF-8, which text in another charset hardly ever passes, then as GB18030, then taken for Western.
"""

import re
from functools import lru_cache
from typing import Final

_LABELS_OF: Final = {
    "utf-8": "utf8 uft8 utf8mb4 utf8mac cp65001 unicode11utf8 xunicode20utf8",
    "utf-16": "utf16 unicode ucs2 iso10646ucs2 csunicode",
    "utf-16-le": "utf16le unicodefffe",
    "utf-16-be": "utf16be unicodefeff",
    "utf-32": "utf32 ucs4",
    "gb18030": "gb18030 gb2312 gb231280 gbk cp936 936 ms936 xgbk windows936 chinese csgb2312 isoir58 euccn gb "
    "gb18030utf8 gbk2312 gb13000 xcp20936",
    "hz": "hz hzgb2312 hzgb",
    "big5hkscs": "big5 big5hkscs cp950 950 ms950 xxbig5 cnbig5 big5tw windows950 csbig5 xbig5 big5eten",
    "cp932": "shiftjis sjis xsjis mskanji cp932 ms932 windows31j csshiftjis windows932",
    "euc_jp": "eucjp xeucjp cseucpkdfmtjapanese",
    "iso2022_jp_ext": "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpext csiso2022jp iso2022jpms",
    "cp949": "euckr ksc5601 ksc56011987 ksc56011989 ks5601 cp949 ms949 windows949 uhc korean cseuckr isoir149",
    "iso2022_kr": "iso2022kr csiso2022kr",
    "cp1252": "latin1 l1 iso88591 isolatin1 iso885911987 cp1252 windows1252 ansi xansi cp819 iso88591windows1252",
    "iso8859_15": "iso885915 latin9 l9",
    "iso8859_8": "iso88598 iso88598i iso88598e hebrew",
    "cp1254": "iso88599 latin5 cp1254 windows1254 turkish",
    "cp874": "tis620 windows874 cp874 iso885911",
    "koi8_r": "koi8r koi8 koi",
    "koi8_u": "koi8u",
    "mac_roman": "macintosh macroman xmacroman mac",
}
_NUMBERED: Final = {
    "iso8859_{}": ("iso8859", (2, 3, 4, 5, 6, 7, 10, 13, 14, 16)),
    "cp{}": ("cp", (437, 720, 737, 775, 850, 852, 855, 857, 858, 862, 864, 866)),
    "cp125{}": ("windows125", (0, 1, 3, 5, 6, 7, 8)),
}
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WESTERN: Final = "cp1252"
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_HEAD = 2048
_CUT = 3


def _codecs_by_label() -> dict[str, str]:
    table = {label: codec for codec, labels in _LABELS_OF.items() for label in labels.split()}
    for codec, (label, numbers) in _NUMBERED.items():
        table |= {f"{label}{number}": codec.format(number) for number in numbers}
    table |= {f"cp125{number}": f"cp125{number}" for number in (0, 1, 3, 5, 6, 7, 8)}
    table |= {f"dos{number}": f"cp{number}" for number in (850, 862, 866)}
    return table


_CODECS: Final = _codecs_by_label()


@lru_cache(maxsize=256)
def codec_of(label: str) -> str | None:
    """Return the codec behind a charset label, None for labels that say nothing (us-ascii, unknown-8bit, ...)."""
    first = label.strip().strip("\"'=").partition(";")[0]
    return _CODECS.get(re.sub(r"[^a-z0-9]", "", first[:60].lower()))


def clean(text: str) -> str:
    """Return the text without NUL and other controls; lone surrogates become U+FFFD, all line ends are one."""
    if text.isprintable() or not _ODD.search(text):
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", _UNSAYABLE.sub("", text))


def decode_bytes(raw: bytes, label: str = "", *, html: bool = False) -> str:
    """Return the text of `raw`, believing a byte order mark, then the label, then (for HTML) the meta tag."""
    if raw.isascii() and not _shifts(label):
        return clean(raw.decode("ascii"))
    return clean(_decode(raw, label, html=html))


def _shifts(label: str) -> bool:
    """Say whether text in this charset may look like plain ASCII (hz and ISO 2022 switch by escapes)."""
    return codec_of(label) in {
        "hz",
        "iso2022_jp_ext",
        "iso2022_kr",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
    }


def _decode(raw: bytes, label: str, *, html: bool) -> str:
    for bom, codec in _BOMS:
        if raw.startswith(bom):
            return raw.decode(codec, "replace")
    claims = [codec_of(label), _meta_codec(raw) if html else None]
    for claim in claims:
        # Western labels fit any bytes, so they say nothing until UTF-8 has been ruled out.
        if claim and claim != _WESTERN and (text := _strict(raw, claim, may_be_cut=True)) is not None:
            return text
    return _sniffed(raw, claimed=next(filter(None, claims), None))


def _meta_codec(raw: bytes) -> str | None:
    found = _META.search(raw[:_HEAD])
    codec = codec_of(found[1].decode("ascii", "replace")) if found else None
    # A page in UTF-16 could not have been searched for its meta tag.
    return None if codec and codec.startswith(("utf-16", "utf-32")) else codec


def _sniffed(raw: bytes, *, claimed: str | None) -> str:
    utf8 = _strict(raw, "utf-8")
    if utf8 is not None:
        return utf8
    if claimed in {None, "utf-8"} and not _has_lone_accents(raw):
        chinese = _strict(raw, "gb18030")
        if chinese is not None:
            return chinese
    if claimed == "utf-8" and _has_lone_accents(raw) and _is_no_utf8(raw):
        claimed = None  # Not one letter beyond ASCII fits.
    return raw.decode(claimed or _WESTERN, "replace")


def _is_no_utf8(raw: bytes) -> bool:
    return raw.decode("utf-8", "ignore").isascii()


def _has_lone_accents(raw: bytes) -> bool:
    """Say whether most high bytes stand one by one between letters, as accents do; Chinese has them in pairs."""
    runs = _HIGH_BYTES.findall(raw[:_HEAD])
    return sum(len(run) == 1 for run in runs) * 2 > len(runs)


def _strict(raw: bytes, codec: str, *, may_be_cut: bool = False) -> str | None:
    """Return the text if every byte fits; a last character that was cut off may be missing."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        if not may_be_cut or error.start == 0 or error.start < len(raw) - _CUT or error.end < len(raw):
            return None
        return raw[: error.start].decode(codec, "replace")
