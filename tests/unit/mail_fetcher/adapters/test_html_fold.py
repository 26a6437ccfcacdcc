"""What is folded away, and what never is."""

import re

import pytest

from mycrm_mail_fetcher.adapters.html import sanitise
from mycrm_mail_fetcher.domain.plain import text_of
from tests.unit.mail_fetcher.adapters.attacks import ATTACKS
from tests.unit.mail_fetcher.adapters.html_judge import offences

_FOLD = re.compile(
    r'<details class="(quote|signature)"><summary>［[^］]*］</summary>(.*)</details>', re.DOTALL
)

GMAIL = (
    '<div dir="ltr">Yes, we can.</div><br><div class="gmail_quote gmail_quote_container">'
    '<div dir="ltr" class="gmail_attr">On Mon, Mar 2, 2026 at 2:03 PM Li &lt;li@customer.example&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">Can you?'
    "</blockquote></div>"
)
GMAIL_ZH = (
    '<div dir="ltr">可以的。</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Li '
    "&lt;li@customer.example&gt; 于2026年3月2日周一 14:03写道：<br></div><blockquote>请问可以吗？</blockquote></div>"
)
OUTLOOK = (
    '<div class="WordSection1"><p class="MsoNormal">Yes, we can.<o:p></o:p></p><p class="MsoNormal">&nbsp;</p><div>'
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:'
    "</b> Li &lt;li@customer.example&gt; <br><b>Sent:</b> Monday, March 2, 2026 2:03 PM<br><b>To:</b> Sales<br>"
    '<b>Subject:</b> Quotation</p></div></div><p class="MsoNormal">Can you?</p></div>'
)
OUTLOOK_ZH = (
    '<div class="WordSection1"><p class="MsoNormal">可以的。</p><div><div style="border:none;border-top:solid #B5C4DF '
    '1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b><span style="font-family:宋体">发件人</span></b><b><span '
    'lang="EN-US">:</span></b> Li<br><b>发送时间<span lang="EN-US">:</span></b> 2026年3月2日 14:03<br><b>收件人:</b> '
    "sales<br><b>主题:</b> 报价</p></div></div><p>请问可以吗？</p></div>"
)
OUTLOOK_WEB = (
    '<div>Yes, we can.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri" color="#000000"><b>Från:</b> Li<br></font></div>'
    "<div>Can you?</div>"
)
APPLE = (
    '<html><body>Yes, we can.<br><div><br><blockquote type="cite"><div>On 2 Mar 2026, at 14:03, Li wrote:</div><br>'
    "<div>Can you?</div></blockquote></div><br></body></html>"
)
THUNDERBIRD = (
    '<p>Yes, we can.</p><div class="moz-cite-prefix">Am 02.03.2026 um 14:03 schrieb Li:<br></div>'
    '<blockquote type="cite" cite="mid:1@x"><p>Can you?</p></blockquote>'
)
QQ = (
    '<div>可以的。</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">'
    '------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;">'
    '<div><b>发件人:</b>&nbsp;"Li";</div><div><b>发送时间:</b>&nbsp;2026年3月2日</div><div><b>主题:</b>&nbsp;报价</div>'
    "</div><div>请问可以吗？</div>"
)
QQ_EN = (
    "<div>Yes, we can.</div><div>------------------ Original ------------------</div><div>From: Li</div>"
    "<div>Can you?</div>"
)
FOXMAIL = (
    '<div>可以的。</div><div><hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"></div>'
    '<blockquote style="margin-Top: 0px; margin-Bottom: 0px; margin-Left: 0.5em"><div>&nbsp;</div><div style="border:'
    'none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div style="font-size:12px;background:#efefef">'
    '<div><b>发件人：</b>&nbsp;<a href="mailto:li@customer.example">Li</a></div><div><b>发送时间：</b>&nbsp;2026-03-02'
    "</div><div><b>主题：</b>&nbsp;报价</div></div></div><div>请问可以吗？</div></blockquote>"
)
NETEASE = (
    '<div>可以的。</div><br><p>At 2026-03-02 14:03:22, "Li" &lt;li@customer.example&gt; wrote:</p> <blockquote '
    'id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex"><div>请问可以吗？</div></blockquote>'
)
YAHOO = (
    '<div>Yes, we can.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, Li wrote:</div>'
    "<div>Can you?</div></div>"
)

FORMS = {
    "Gmail": GMAIL, "Gmail in Chinese": GMAIL_ZH, "Outlook": OUTLOOK, "Outlook in Chinese": OUTLOOK_ZH,
    "Outlook on the web": OUTLOOK_WEB, "Apple Mail": APPLE, "Thunderbird": THUNDERBIRD, "QQ": QQ,
    "QQ in English": QQ_EN, "Foxmail": FOXMAIL, "NetEase": NETEASE, "Yahoo": YAHOO,
}  # fmt: skip


def folds(html: str) -> list[tuple[str, str]]:
    """What is folded in it, by kind."""
    return [(kind, text_of(inner)) for kind, inner in re.findall(_FOLD, sanitise(html).html)]


def open_text(html: str) -> str:
    """What is shown without unfolding anything."""
    return " ".join(text_of(_FOLD.sub("", sanitise(html).html)).split())


@pytest.mark.parametrize("page", FORMS.values(), ids=FORMS.keys())
def test_the_mail_that_is_answered_is_folded(page: str) -> None:
    ((kind, folded),) = folds(page)
    assert kind == "quote"
    assert "Can you?" in folded or "请问可以吗？" in folded
    assert open_text(page).startswith(("Yes, we can.", "可以的。"))
    assert "Can you?" not in open_text(page)
    assert "请问" not in open_text(page)


@pytest.mark.parametrize("page", FORMS.values(), ids=FORMS.keys())
def test_nothing_is_lost_in_a_fold_and_no_mark_is_left(page: str) -> None:
    folded, flat = sanitise(page).html, sanitise(page, folds=False).html
    assert re.sub(r"</?details[^>]*>|<summary>.*?</summary>", "", folded) == flat
    assert "fold-" not in folded
    assert offences(folded) == []


@pytest.mark.parametrize("page", FORMS.values(), ids=FORMS.keys())
def test_what_is_the_only_text_stays_open(page: str) -> None:
    alone = page.replace("Yes, we can.", "").replace("可以的。", "")
    assert folds(alone) == []


@pytest.mark.parametrize(
    "page",
    [
        '<blockquote type="cite">One?</blockquote><p>Yes.</p><blockquote type="cite">Two?</blockquote><p>No.</p>',
        '<div class="gmail_quote"><blockquote>One?</blockquote>Yes.<blockquote>Two?</blockquote></div>',
        '<p>See below.</p><div class="gmail_quote"><blockquote>One?</blockquote><p>Yes.</p></div>',
        "<p>Our prices. From: 10 EUR. Date: today. Subject: to change.</p>",
        "<p>From: Shenzhen</p><p>To: Hamburg</p><p>Price: 10</p>",
        "<table><tr><td>a</td></tr><tr><td>From: Li<br>Sent: today<br>Subject: x</td></tr></table>",
        "<p>He wrote: yes</p><blockquote>a saying that somebody only indented</blockquote>",
        "<ul><li>one</li><li><b>From:</b> Li<br>Date: today<br>Subject: x</li></ul>",
    ],
)
def test_where_there_is_doubt_nothing_is_folded(page: str) -> None:
    assert folds(page) == []


def test_a_forwarded_mail_stays_open() -> None:
    assert "<details" not in sanitise(OUTLOOK, folds=False).html


class TestSignatures:
    @pytest.mark.parametrize(
        "signature",
        ['<div class="gmail_signature">Li<br>Sales</div>', '<div class="moz-signature">-- <br>Li</div>',
         '<div id="Signature"><p>Li</p></div>', '<div><div id="spnEditorSign">Li</div></div>'],
    )  # fmt: skip
    def test_a_marked_signature_is_folded(self, signature: str) -> None:
        page = f"<p>Hello</p>{signature}"
        assert [kind for kind, _ in folds(page)] == ["signature"]
        assert open_text(page) == "Hello"

    def test_signature_and_quote_are_folded_apart(self) -> None:
        page = f'<p>Hello</p><div class="gmail_signature">Li</div>{GMAIL}'
        html = sanitise(page).html
        assert re.findall(r'<details class="(\w+)">', html) == ["signature", "quote"]

    def test_a_mail_that_is_only_a_signature_stays_open(self) -> None:
        assert folds('<div class="gmail_signature">Li<br>Sales</div>') == []

    def test_of_a_signature_above_a_quote_the_quote_alone_is_folded(self) -> None:
        page = '<div class="gmail_signature">Li</div><div class="gmail_quote"><blockquote>Can you?</blockquote></div>'
        assert [kind for kind, _ in folds(page)] == ["quote"]

    def test_a_signature_longer_than_any_signature_stays_open(self) -> None:
        assert folds(f'<p>Hello</p><div class="gmail_signature">{"word " * 1000}</div>') == []


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_in_a_fold_leaves_nothing_that_acts(attack: str) -> None:
    page = f'<p>x</p><div class="gmail_quote"><blockquote type="cite">{attack}</blockquote></div>'
    assert offences(sanitise(page).html) == []
    assert "fold-" not in sanitise(page).html


@pytest.mark.parametrize(
    "bomb",
    [
        "\n" * 1_000_000, ">" * 1_000_000, "<p>From:" * 50_000, "<p>From: x<br>Date: y<br>Subject: z</p>" * 20_000,
        "-" * 1_000_000, '<div class="gmail_quote">' * 490, '<div class="gmail_quote">x</div>' * 25_000,
        "<p>x</p>" + '<blockquote type="cite">x</blockquote>' * 20_000, "&nbsp;" * 40_000 + "From:",
        '<div class="moz-cite-prefix">x</div>' * 20_000 + '<blockquote type="cite">x</blockquote>',
    ],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_no_page_takes_long(bomb: str) -> None:
    assert "fold-" not in sanitise(bomb).html
