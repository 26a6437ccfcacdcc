"""What the command prints: aligned, in the reader's language, and nothing that a terminal would obey."""

from zoneinfo import ZoneInfo

import pytest

from mycrm_embedded.api import Answer, RefusedError
from mycrm_embedded.speech import Speech, laid_out, printable

HEADS = (("NAME", "名称"), ("REASON", "原因"))


def _speech(*, language: str = "en", raw: bool = False) -> Speech:
    return Speech(language=language, raw=raw, zone=ZoneInfo("Asia/Shanghai"))


def test_columns_stand_under_each_other_also_with_chinese_letters() -> None:
    lines = _speech(language="zh-CN").table(HEADS, [("王小明", "a"), ("b", "c")])

    assert lines == ["名称    原因", "王小明  a", "b       c"]


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert printable("a\x1b[2J\n\x9b\u202eb\ud800") == r"a\x1b[2J\n\x9b\u202eb\ud800"
    assert _speech().table(HEADS, [("x", "\x1b]0;title\x07")])[1] == r"x     \x1b]0;title\x07"


def test_values_cannot_format() -> None:
    assert _speech().word(("got {value}", ""), value="{other}\r") == r"got {other}\r"


def test_a_moment_is_shown_as_on_the_wall() -> None:
    assert _speech().moment("2026-01-01T20:00:00.5Z") == "2026-01-02 04:00:00 +0800"


def test_json_is_laid_out_and_anything_else_left() -> None:
    assert laid_out('{"a":"客户"}') == ["{", '  "a": "客户"', "}"]
    assert laid_out("no json\nat all\x00") == ["no json", r"at all\x00"]


def test_the_raw_answer_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    _speech(raw=True).answer(Answer(raw='{"a": 1}', said={"a": 1}), "a line")

    assert capsys.readouterr().out == '{"a": 1}\n'


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "mycrm: no parked event 7 [parked_not_found]\n"),
        ("zh-CN", "mycrm: 没有这个搁置的事件（no parked event 7） [parked_not_found]\n"),
    ],
)
def test_a_refusal_is_told_with_its_code(
    language: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = RefusedError({"code": "parked_not_found", "detail": "no parked event 7", "errors": []})

    _speech(language=language).refusal(refused)

    assert capsys.readouterr().err == told


def test_a_refusal_names_every_field_and_obeys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    fault = {"field": "limit", "code": "number_large", "message": "at most 200\x1b"}

    _speech().refusal(RefusedError({"code": "strange", "title": "no", "errors": [fault]}))

    assert capsys.readouterr().err == "mycrm: no; limit: at most 200\\x1b [strange]\n"
