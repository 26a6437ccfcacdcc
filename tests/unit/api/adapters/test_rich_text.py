"""What survives of rich text."""

import pytest

from mycrm_api.adapters.rich_text import cleaned


def test_the_marks_of_text_survive() -> None:
    text = "<p><strong>见面</strong> <em>下周</em><br><u>报价</u></p><ul><li>one</li></ul><blockquote>q</blockquote>"

    assert cleaned(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "<style>*{background:url(https://x.example)}</style>",
        "<form action=https://x.example><input></form>",
        "<link rel=stylesheet href=https://x.example>",
        "<video src=https://x.example></video>",
        "<!-- <b>comment</b> -->",
    ],
)
def test_nothing_that_runs_loads_or_asks_survives(text: str) -> None:
    assert cleaned(f"before{text}after") == "beforeafter"


def test_attributes_go_and_links_are_kept_apart_from_our_page() -> None:
    assert cleaned('<b style="position:fixed" onclick="x()" class="y" id="z">b</b>') == "<b>b</b>"
    assert cleaned('<a href="https://x.example/?a=1&amp;b" target="_top" onclick="x">l</a>') == (
        '<a href="https://x.example/?a=1&amp;b" rel="noopener noreferrer nofollow">l</a>'
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:1", " javascript:1", "vbscript:x"]
)
def test_links_that_run_lose_their_address(url: str) -> None:
    assert "href" not in cleaned(f'<a href="{url}">l</a>')


@pytest.mark.parametrize(
    "text",
    ["a < b & c > d", "<b>open", "</p>x", "<a href='https://x.example'>l", "中文 &amp; 😀", "<p>a\nb</p>"],
)
def test_what_was_cleaned_once_stays_as_it_is(text: str) -> None:
    once = cleaned(text)

    assert cleaned(once) == once
