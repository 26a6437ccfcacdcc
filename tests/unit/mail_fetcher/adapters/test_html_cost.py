"""How much of a page is kept, and what it costs at most."""

from time import perf_counter

import pytest

from mycrm_mail_fetcher.adapters.html import CUT, MAX_BYTES, sanitise
from mycrm_mail_fetcher.adapters.html_guard import is_tame
from tests.unit.mail_fetcher.adapters.html_judge import offences

# Pages of at most a megabyte that took the parser seconds to hours.
BOMBS = {
    "deep": "<div>" * 200_000,
    "deep_behind_a_table": "<div><table></div></table>" * 30_000,
    "deep_behind_a_span": "<span><div></span>" * 30_000,
    "deep_behind_a_stranger": "<div></x>" * 60_000,
    "deep_behind_a_list": "<li><ul></li></ul><div>" * 20_000,
    "deep_behind_the_body": "<body><div></body>" * 30_000,
    "deep_behind_a_drawing": "<svg><div></svg>" * 30_000,
    "deep_behind_a_comment": "<div><!--</div>-->" * 30_000,
    "deep_behind_a_title": "<div><title></div></title>" * 30_000,
    "deep_behind_bold": "<b><div></b>" * 30_000,
    "formatting_opened_again": "<p>" + "".join(f"<font color={n}>" for n in range(1000)) + "</p><p>x" * 20_000,
    "formatting_below_the_depth": "<p>" + "".join(f"<font color={n}>" for n in range(450)) + "</p><p>x" * 20_000,
    "attributes": "<a " + " ".join(f"x{n}" for n in range(130_000)) + ">",
    "attributes_behind_quotes": "<a " + " ".join(f"x{n}='>'" for n in range(60_000)) + ">",
    "tags_before_a_table": "<table>" + "x<b></b>" * 100_000,
    "entities": "&" * 1_000_000,
    "entities_with_names": "&nbsp;x" * 140_000,
    "blanks_that_become_entities": "\xa0" * 500_000,
    "brackets": "<" * 1_000_000,
    "open_tags": "<a" * 500_000,
    "open_quotes": '<a x="' * 150_000,
    "open_comments": "<!--" * 250_000,
    "open_scripts": "<script>" * 120_000,
    "futile_closings": "<div><td>" + "<span>" * 490 + "</div>" * 160_000,
    "styles": "<p style='" + "a:b;" * 200_000 + "'>x",
    "style_values": "<p style='color:" + "rgb(" * 900 + "'>x" * 100,
}  # fmt: skip


class TestSize:
    def test_a_page_within_the_limit_is_whole(self) -> None:
        safe = sanitise("<p>" + "x" * (MAX_BYTES - 100) + "</p>")
        assert not safe.truncated
        assert CUT not in safe.html

    @pytest.mark.parametrize("piece", ["<p>价格</p>" + "文字" * 200, "x", "价", "&amp;", "<", '"', "<i>"])
    def test_a_page_beyond_the_limit_is_cut_and_says_so(self, piece: str) -> None:
        safe = sanitise(piece * (3_000_000 // len(piece.encode())))
        assert safe.truncated
        assert safe.html.endswith(CUT)
        assert len(safe.html.removesuffix(CUT).encode()) <= MAX_BYTES
        assert offences(safe.html) == []

    def test_pictures_written_into_the_page_do_not_count(self) -> None:
        safe = sanitise(f'<p>a<img src="data:image/png;base64,{"A" * 3_000_000}">b</p>')
        assert (safe.html, safe.truncated) == ("<p>a［图片｜image］b</p>", False)

    def test_markup_that_grows_in_cleaning_becomes_text(self) -> None:
        safe = sanitise("<a>x" * 50_000)
        assert len(safe.html.encode()) <= MAX_BYTES
        assert safe.html == "x" * 50_000


class TestCost:
    @pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
    def test_no_page_takes_long(self, bomb: str) -> None:
        started = perf_counter()
        safe = sanitise(bomb)
        assert perf_counter() - started < 5
        assert len(safe.html.encode()) <= MAX_BYTES + len(CUT.encode())

    @pytest.mark.parametrize(
        "page",
        [
            "<table>"
            + "<tr><td style='padding:4px'><font face=Arial><b>x</b> <a href=//y.example>z</a></font></td></tr>"
            * 3000,
            "<p>unclosed" * 2000,
            "<ul>" + "<li>one<li>two" * 1000 + "</ul>",
            "<table>" + "<tr><td>a<td>b" * 1000 + "</table>",
            "<div><div><p>x</p></div></div>" * 3000,
            "<!--[if mso]><table><tr><td><![endif]--><p>x</p><!--[if mso]></td></tr></table><![endif]-->"
            * 1000,
            "<style>" + "p > b { color: red }" * 5000 + "</style><p>x</p>" * 700,
            "<br>x<img src=cid:1><hr>" * 3000,
            "<blockquote>" * 60 + "<p>old</p>" * 700 + "</blockquote>" * 60,
        ],
    )
    def test_large_ordinary_pages_keep_their_looks(self, page: str) -> None:
        assert is_tame(page)

    def test_a_page_that_is_refused_keeps_its_text(self) -> None:
        safe = sanitise("<div>" * 1000 + "<p>您好 &amp; bye</p><script>alert(1)</script>" + "</div>" * 1000)
        assert safe.html.strip() == "您好 &amp; bye"
