"""Hostile HTML: whatever is written, nothing runs, nothing is fetched, nothing covers the page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.domain.plain import html_of
from tests.unit.mail_fetcher.adapters.attacks import ATTACKS
from tests.unit.mail_fetcher.adapters.html_judge import offences


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_leaves_nothing_that_acts(attack: str) -> None:
    assert offences(sanitise(attack).html) == []
    assert offences(sanitise(f"<div><p>before {attack} after</p></div>").html) == []


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_was_cleaned_stays_clean_when_it_is_cleaned_again(attack: str) -> None:
    once = sanitise(attack).html
    assert offences(sanitise(once).html) == []


def test_the_judge_sees_what_it_is_there_to_see() -> None:
    assert sum(bool(offences(attack)) for attack in ATTACKS.values()) > len(ATTACKS) * 0.8


@given(
    st.lists(
        st.sampled_from([*ATTACKS.values(), "<div>", "</p>", "<table><td>", "'", '"', ">", "<", "x", "-->"]),
        max_size=6,
    )
)
def test_attacks_in_any_company_leave_nothing_that_acts(pieces: list[str]) -> None:
    assert offences(sanitise("".join(pieces)).html) == []


def test_the_looks_of_an_ordinary_mail_survive() -> None:
    page = (
        '<table border="0" cellpadding="4" width="100%"><tbody><tr><td align="center" bgcolor="#eeeeee" colspan="2">'
        '<font color="#333333" face="微软雅黑, Arial" size="+1">报价</font><br>'
        "<span style=\"color:rgb(51, 51, 51);font-family:'Microsoft YaHei', 宋体;font-size:14px\">x</span>"
        "</td></tr></tbody></table><blockquote>quoted</blockquote><ul><li>one</li></ul>"
    )
    assert sanitise(page).html == page


def test_of_a_style_only_the_bad_declarations_go() -> None:
    html = '<p style="COLOR: red; background: url(x) #fff; padding:4px 8px;position:fixed; border:1px solid #ccc">x</p>'
    assert sanitise(html).html == '<p style="color:red;padding:4px 8px;border:1px solid #ccc">x</p>'


def test_links_open_elsewhere_and_tell_nothing() -> None:
    expected = '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">x</a>'
    assert sanitise('<a href="https://x.example/?a=1&b=2" target="top">x</a>').html == expected
    assert 'href="https://x.example/y"' in sanitise('<a href="//x.example/y">x</a>').html
    assert "href" not in sanitise('<a href="/y">x</a><a href="#y">x</a><a href="cid:y">x</a>').html


class TestImages:
    def test_a_remote_image_waits_and_is_counted(self) -> None:
        safe = sanitise(
            '<img src="https://x.example/a.png?b=1&c=2" alt="Logo" width="120"><IMG SRC=HTTP://x.example/b>'
        )
        first = '<img data-remote-src="https://x.example/a.png?b=1&amp;c=2" alt="Logo" width="120">'
        assert safe.html.startswith(first)
        assert safe.blocked_images == 2
        assert not re.search(r"\ssrc=", safe.html, re.IGNORECASE)

    def test_an_image_without_a_scheme_is_remote(self) -> None:
        assert (
            sanitise("<img src=//x.example/a.png>").html == '<img data-remote-src="https://x.example/a.png">'
        )

    @pytest.mark.parametrize(
        "src", ["cid:logo@x", "data:image/png;base64,AAAA", "file:///c:/a.png", "a.png", ""]
    )
    def test_an_image_that_is_not_kept_leaves_a_word(self, src: str) -> None:
        assert (
            sanitise(f'<p><img src="{src}" alt="Our &lt;Logo&gt;"></p>').html
            == "<p>［图片｜image: Our &lt;Logo&gt;］</p>"
        )
        safe = sanitise(f'<p><img src="{src}"></p>')
        assert (safe.html, safe.blocked_images) == ("<p>［图片｜image］</p>", 0)

    @pytest.mark.parametrize(
        "attributes",
        ["width=1 height=1", "height=0", 'width="1px"', "style='display:none'", "style='width:1px;height:1px'",
         "style='max-height: 0'"],
    )  # fmt: skip
    def test_an_image_that_only_counts_readers_goes(self, attributes: str) -> None:
        safe = sanitise(f"<p>x<img src=https://t.example/p.gif {attributes}></p>")
        assert (safe.html, safe.blocked_images) == ("<p>x</p>", 0)

    @pytest.mark.parametrize(
        "attributes", ["width=10", "style='width:100%'", "style='width:0.9em'", "width=1%"]
    )
    def test_a_small_image_stays(self, attributes: str) -> None:
        assert sanitise(f"<img src=https://t.example/p.gif {attributes}>").blocked_images == 1

    def test_text_that_looks_like_an_image_is_left_alone(self) -> None:
        text = '&lt;img src="https://x.example/a.png"&gt;'
        assert sanitise(text).html == text


@given(
    st.lists(
        st.sampled_from(
            ["<b", ">", "&amp;", "&copy;", "&lt", '"', "'", "\xa0", "\ufeff", "\x07", "\n", "王", "<br>"]
        )
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        max_size=12,
    ).map("".join)
)
def test_a_page_of_nothing_but_text_is_written_as_the_parser_writes_it(page: str) -> None:
    text = html_of(page)
    # With an element in it the page goes through the parser.
    assert sanitise(text).html + "<i></i>" == sanitise(f"{text}<i></i>").html
