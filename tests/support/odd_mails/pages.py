"""Pages: what must not run, load, cover or hide; and what has to survive of them.

The attacks are named after what they try. What has to be seen is written down; that nothing acts is judged by the
tests of the sanitiser.
"""

from tests.support.odd_mails.odd_mail import SUBJECT, OddMail, odd

EVIL = "https://evil.example/x"
QUOTED = "［引用的邮件｜Quoted mail］"
SIGNED = "［签名｜Signature］"
PICTURE = "［图片｜image］"


def _page(cause: str, html: str, text: str, *, blocked: int = 0, subject: str = "") -> OddMail:
    fields = ["Content-Type: text/html; charset=utf-8", *([f"Subject: {subject}"] if subject else [])]
    return odd(cause, *fields, body=html, text=text, blocked_images=blocked, subject=subject or SUBJECT)


def _plain(cause: str, body: str, text: str) -> OddMail:
    return odd(cause, "Content-Type: text/plain; charset=utf-8", body=body, text=text)


DANGEROUS = (
    _page("a script", "<p>Hi</p><script>alert(1)</script>", "Hi"),
    _page(
        "a script in the middle of a script",
        "<p>Hi</p><scr<script>ipt>alert(1)</scr</script>ipt>",
        "Hi ipt>alert(1)ipt>",
    ),
    _page("a handler of an event", "<p onclick=alert(1)>Hi</p>", "Hi"),
    _page("a picture that runs when it fails", "<p>Hi<img src=x onerror=alert(1)></p>", f"Hi{PICTURE}"),
    _page("a link that runs", "<a href='javascript:alert(1)'>Hi</a>", "Hi"),
    _page("a link that hides that it runs", "<a href='java&#10;script:alert(1)'>Hi</a>", "Hi"),
    _page("a link to data", "<a href='data:text/html,<script>1</script>'>Hi</a>", "Hi"),
    _page("a drawing that runs", "<p>Hi</p><svg onload=alert(1)><text>in the drawing</text></svg>", "Hi"),
    _page(
        "a formula that breaks out",
        "<p>Hi</p><math><mtext><style><img src onerror=alert(1)></style></mtext></math>",
        "Hi",
    ),
    _page(
        "a form that asks for a password",
        f"<form action={EVIL}><p>Hi</p><input name=p><button>Go</button></form>",
        "Hi Go",
    ),
    _page("a frame", f"<p>Hi</p><iframe src={EVIL}></iframe>", "Hi"),
    _page(
        "an object and a film", f"<p>Hi</p><object data={EVIL}>o</object><video src={EVIL}>v</video>", "Hi"
    ),
    _page(
        "a page that moves on by itself", f"<meta http-equiv=refresh content='0;url={EVIL}'><p>Hi</p>", "Hi"
    ),
    _page("a base for all links", f"<base href={EVIL}><a href=y>Hi</a>", "Hi"),
    _page(
        "a style sheet from elsewhere",
        f"<link rel=stylesheet href={EVIL}><style>@import url({EVIL})</style><p>Hi</p>",
        "Hi",
    ),
    _page("a style that loads", f"<p style='background:url({EVIL})'>Hi</p>", "Hi"),
    _page("a style that loads behind an escape", f"<p style='background:u\\72l({EVIL})'>Hi</p>", "Hi"),
    _page(
        "a style that covers the page", "<div style='position:fixed;top:0;left:0;width:100%'>Hi</div>", "Hi"
    ),
    _page(
        "a background from elsewhere",
        f"<body background={EVIL}><table background={EVIL}><tr><td>Hi</table>",
        "Hi",
    ),
    _page("names that cover the page's own", "<a id=location name=cookie>Hi</a>", "Hi"),
    _page("a comment for old browsers", "<!--[if mso]><p>Old</p><![endif]--><p>Hi</p>", "Hi"),
    _page("a comment that never ends", "<p>Hi</p><!-- <p>gone</p>", "Hi"),
    _page("CDATA in a page", "<p>Hi</p><![CDATA[<img src=x onerror=alert(1)>]]>", "Hi ]]>"),
    _page("null characters in tags", "<p>Hi</p><scr\0ipt>alert(1)</scr\0ipt>", "Hi"),
    _page(
        "details that open themselves",
        "<details ontoggle=alert(1) open><summary>Hi</summary>you</details>",
        "Hiyou",
    ),
)

PICTURES = (
    _page("a picture from elsewhere", "<p>Hi<img src='https://x.example/a.png'></p>", "Hi", blocked=1),
    _page("a picture without a scheme", "<p>Hi<img src='//x.example/a.png'></p>", "Hi", blocked=1),
    _page(
        "a picture that counts readers by its size",
        "<p>Hi<img src='https://x.example/a' width=1 height=1></p>",
        "Hi",
    ),
    _page(
        "a picture that counts readers unseen",
        "<p>Hi<img src='https://x.example/a' style='display:none'></p>",
        "Hi",
    ),
    _page(
        "a picture that came with the mail",
        "<p>Hi<img src='cid:logo@x' alt='Logo'></p>",
        "Hi［图片｜image: Logo］",
    ),
    _page(
        "a picture written into the page",
        "<p>Hi<img src='data:image/png;base64,iVBORw0KGgo='></p>",
        f"Hi{PICTURE}",
    ),
    _page("a picture on somebody's own disk", "<p>Hi<img src='file:///c:/a.png'></p>", f"Hi{PICTURE}"),
    _page("sources for every size", f"<p>Hi<img srcset='{EVIL} 1x'></p>", f"Hi{PICTURE}"),
    _page(
        "a hundred pictures",
        "<p>Hi" + "<img src='https://x.example/a.png'>" * 100 + "</p>",
        "Hi",
        blocked=100,
    ),
    _page(
        "a picture whose words look like a picture",
        "<p>Hi<img src='cid:x' alt='<img src=y>'></p>",
        "Hi［图片｜image: <img src=y>］",
    ),
)

LOOKS = (
    _page(
        "a table for everything", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "ab c"
    ),
    _page("a list", "<ul><li>one</li><li>two</li></ul>", "one two"),
    _page("fonts and colours", "<font color=red face=宋体><b>Hi</b> <u>you</u></font>", "Hi you"),
    _page(
        "entities of all kinds",
        "<p>&lt;b&gt; &amp;amp; &#8364; &#x62a5;&nbsp;x &copy</p>",
        "<b> &amp; € 报 x ©",
    ),
    _page("tags that never close", "<p>one<p>two<b>three", "one twothree"),
    _page("tags that close what is not open", "</div></p><p>Hi</b></p></table>", "Hi"),
    _page("a page of text alone", "just words\nand more", "just words and more"),
    _page("a page that shows nothing", "<html><head><title>x</title></head><body></body></html>", ""),
    _page("a page within a page", "<html><body><html><body><p>Hi</p></body></html></body></html>", "Hi"),
    _page("Word's own tags", "<p>Hi<o:p>&nbsp;</o:p></p><w:sdt>you</w:sdt>", "Hi you"),
    _page("20,000 elements in each other", "<div>" * 20_000 + "Hi" + "</div>" * 20_000, "Hi"),
    _page(
        "one tag with 10,000 attributes", "<p " + " ".join(f"a{n}=1" for n in range(10_000)) + ">Hi</p>", "Hi"
    ),
    _page(
        "a link with an address of 5,000 letters", f"<a href='https://x.example/{'a' * 5000}'>Hi</a>", "Hi"
    ),
    _page("a link without a scheme", "<a href='//x.example'>Hi</a>", "Hi"),
    _page("a telephone number as a link", "<a href='tel:+86755'>Hi</a>", "Hi"),
    _plain(
        "a text that looks like a page", "<script>alert(1)</script> & <b>", "<script>alert(1)</script> & <b>"
    ),
    _plain(
        "links in a text",
        "see https://x.example/?a=1&b=2, or a@x.example",
        "see https://x.example/?a=1&b=2, or a@x.example",
    ),
    _plain(
        "a link that is glued to Chinese", "请看https://x.example/a。谢谢", "请看https://x.example/a。谢谢"
    ),
    _plain(
        "a link that tries to get out",
        'https://x.example/"onmouseover=alert(1)',
        'https://x.example/"onmouseover=alert(1)',
    ),
    _plain("columns made of blanks", "a    b\n  c", "a b c"),
)

FOLDED = (
    _page(
        "a quote of Gmail's",
        "<div>Yes.</div><div class=gmail_quote>On Monday Li wrote:<blockquote>Can you?</blockquote></div>",
        f"Yes. {QUOTED} On Monday Li wrote: Can you?",
    ),
    _page(
        "a quote of Outlook's",
        "<p>Yes.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Li"
        "<br><b>Sent:</b> Monday<br><b>Subject:</b> x</p></div></div><p>Can you?</p>",
        f"Yes. {QUOTED} From: Li Sent: Monday Subject: x Can you?",
    ),
    _page(
        "a quote of QQ's",
        "<div>可以</div><div>------------------&nbsp;原始邮件&nbsp;------------------</div><div>可以吗</div>",
        f"可以 {QUOTED} ------------------ 原始邮件 ------------------ 可以吗",
    ),
    _page(
        "a quote of NetEase's",
        "<p>可以</p><blockquote id=isReplyContent>可以吗</blockquote>",
        f"可以 {QUOTED} 可以吗",
    ),
    _page(
        "a quote of Apple's",
        "<p>Yes.</p><blockquote type=cite>Can you?</blockquote>",
        f"Yes. {QUOTED} Can you?",
    ),
    _page(
        "a conversation in quotes",
        "<blockquote type=cite>One?</blockquote><p>Yes.</p><blockquote type=cite>Two?</blockquote><p>No.</p>",
        "One? Yes. Two? No.",
    ),
    _page(
        "a forwarded mail without a word of one's own",
        "<div class=gmail_quote><blockquote>Can you?</blockquote></div>",
        "Can you?",
    ),
    _page(
        "a forwarded mail with a word of one's own",
        "<p>Look.</p><div class=gmail_quote>From: Li</div>",
        "Look. From: Li",
        subject="Fwd: Offer",
    ),
    _page(
        "a signature of Gmail's",
        "<p>Hi</p><div class=gmail_signature>Li, Sales</div>",
        f"Hi {SIGNED} Li, Sales",
    ),
    _page("a signature alone", "<div class=gmail_signature>Li, Sales</div>", "Li, Sales"),
    _plain(
        "lines with marks", "Yes.\n\nLi wrote:\n> Can you?\n> Li", f"Yes. {QUOTED} Li wrote: > Can you? > Li"
    ),
    _plain("lines with marks around answers", "> One?\nYes.\n> Two?\nNo.", "> One? Yes. > Two? No."),
    _plain(
        "an old mail in a text",
        "Yes.\n\n-----Original Message-----\nFrom: Li\nSent: x\nSubject: y\n\nCan you?",
        f"Yes. {QUOTED} -----Original Message----- From: Li Sent: x Subject: y Can you?",
    ),
    _plain("a signature in a text", "Hi\n-- \nLi, Sales", f"Hi {SIGNED} -- Li, Sales"),
    _plain("two dashes in a text", "prices -- as ever\nBye", "prices -- as ever Bye"),
)
