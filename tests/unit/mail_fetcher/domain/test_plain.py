"""Plain text as HTML: escaped, linked, readable, quick."""

import pytest

from tests.unit.mail_fetcher.domain.letters import a_mail, read, shown


def test_markup_in_plain_text_is_text() -> None:
    html = read(a_mail(body="<script>alert(1)</script> & <b>")).html
    assert html == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;"


def test_links_are_made_and_end_where_the_address_ends() -> None:
    html = read(
        a_mail(
            "Content-Type: text/plain; charset=utf-8",
            body="看https://x.example/a?b=1&c=2。(www.y.example)",
        )
    ).html
    assert '<a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>。' in html
    assert '(<a href="http://www.y.example">www.y.example</a>)' in html


def test_an_address_becomes_a_link() -> None:
    assert '<a href="mailto:a@x.example">a@x.example</a>.' in read(a_mail(body="Write to a@x.example.")).html


def test_a_link_cannot_break_out_of_its_attribute() -> None:
    html = read(a_mail(body='http://x.example/"onmouseover="alert(1)\'<b>')).html
    assert '"onmouseover' not in html
    assert "<b>" not in html


def test_indents_survive() -> None:
    assert read(a_mail(body="a\n  b")).html == "a<br>\n\xa0 b"


def test_flowed_lines_are_joined() -> None:
    body = "one \ntwo\n> quoted \n> more\n-- \nme"
    assert shown(a_mail("Content-Type: text/plain; format=flowed", body=body)).split("\n")[0] == "one two"
    assert "--" in shown(a_mail("Content-Type: text/plain; format=flowed", body=body)).split("\n")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("filler", ["www.a", "a@", "http://", "<", "&", "x \n", "\t", "a.", "%", "\n> "])
def test_hostile_repetition_takes_no_time(filler: str) -> None:
    assert read(
        a_mail("Content-Type: text/plain; format=flowed", body="a " + filler * (1_000_000 // len(filler)))
    ).html
