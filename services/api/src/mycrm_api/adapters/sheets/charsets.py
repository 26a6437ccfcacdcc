"""Which charset a text is in: found by its marks, else by what can be read in it.

UTF-8 and UTF-16 give themselves away. GB18030 and Big5 take nearly any bytes for letters, so what decides is whether
the letters are those that people write: the commonest of modern Chinese are more than a tenth of any text, and rare
where the bytes are read the wrong way. What is neither is taken for Western.
"""

import codecs

from mycrm_common.errors import Kind, MyCRMError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么"
    "公司限有科技贸易电子商务进口集团工业光学器材实业发展股份投资信息技术机械材料化产品"
    "联系邮箱客户评级地址话网站备注最近间效性姓名件手机星单位企业说明"
    "北京上海广州深圳江苏浙山东福建市省区路号楼室县镇街香港台湾"
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾萧田董袁"
    "國來這個時說們為會過對後學貿電務進團業實發資訊術機產聯絡繫郵戶評級話網備註間單號樓縣廣陳楊黃趙吳孫馬鄭謝許鄧韓馮"
    "蕭蘇東區灣聖潤達龍華興盛豐寶麗榮"
)
_LEAST_COMMON = 0.08
_TEXT = frozenset({0x09, 0x0A, 0x0D, 0x1A})
_MOST_CONTROLS = 0.02
_ZEROS = 0.3


def charset_of(sample: bytes) -> str:
    """Return the charset of a text, from its beginning; what is no text is refused."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if zeros := _zeros(sample):
        return zeros
    if _controls(sample) > _MOST_CONTROLS * len(sample):
        raise MyCRMError(
            "sheet_unreadable", Kind.INVALID, "this is neither a table in text nor an .xlsx file"
        )
    if _decodes(sample, "utf-8"):
        return "utf-8"
    return _chinese(sample) or "cp1252"


def _zeros(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark: every other byte of Latin letters and separators is zero."""
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > _ZEROS * half:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > _ZEROS * half else None


def _controls(sample: bytes) -> int:
    return sum(sample.count(code) for code in range(32) if code not in _TEXT)


def _decodes(sample: bytes, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        decoder.decode(sample)  # The last letter of a sample may be cut off.
    except UnicodeDecodeError:
        return False
    return True


def _chinese(sample: bytes) -> str | None:
    scores = {charset: _likeness(sample, charset) for charset in ("gb18030", "big5")}
    best = max(scores, key=lambda charset: scores[charset])
    if scores[best] >= _LEAST_COMMON:
        return best
    return "gb18030" if _pairs(sample) and _decodes(sample, "gb18030") else None


def _likeness(sample: bytes, charset: str) -> float:
    """Return which part of the letters beyond ASCII are common ones; what cannot be read counts against it."""
    letters = [
        letter
        for letter in sample.decode(charset, "replace")
        if letter > "\x7f" and letter not in "，。、；：（）"
    ]
    wrong = letters.count("\ufffd")
    common = sum(letter in _COMMON for letter in letters)
    return (common - 2 * wrong) / len(letters) if letters else 0


def _pairs(sample: bytes) -> bool:
    """Tell whether high bytes come by twos, as in GB 2312; in Western texts each stands alone."""
    high = bytes(byte if byte >= 0xA1 else 0x20 for byte in sample)  # noqa: PLR2004 - where the letters of GB 2312 begin
    runs = [len(run) for run in high.split()]
    return bool(runs) and sum(run % 2 == 0 for run in runs) > 0.9 * len(runs)
