"""The words of mail systems, for odd mails: what the programs say, about people who do not exist."""

GONE = "gone@customer.example"


def status(*blocks: str, first: str = "Reporting-MTA: dns; mx.example") -> str:
    """The body of a report (RFC 3464): a block about the mail, and one for each recipient."""
    return "\n\n".join((first, *blocks)) + "\n"


FAILED = f"Final-Recipient: rfc822; {GONE}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown"
PAGE = "Content-Type: text/html; charset=utf-8"

POSTFIX = (
    "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not\n"
    f"be delivered to one or more recipients.\n\n<{GONE}>: host mx2.example[192.0.2.1] said: 550 5.1.1 <{GONE}>:\n"
    "    Recipient address rejected: User unknown (in reply to RCPT TO command)\n"
)
QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the"
    " following"
    f" addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{GONE}>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
    "To: other@customer.example\nSubject: Offer\n\nOur offer"
)
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
    " delivered"
    f" to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {GONE}\n"
    "    host mx2.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:\n    550 no such user\n"
)
SENDMAIL = (
    "The original message was received at Mon, 2 Mar 2026 06:00:00 GMT\n\n"
    "   ----- The following addresses had permanent fatal errors -----\n<gone@customer.example>\n"
    "<away@customer.example>\n"
    "    (reason: 550 5.1.1 unknown)\n\n   ----- Transcript of session follows -----\n"
    "... while talking to mx2.example.:\n"
    "550 5.1.1 unknown"
)
GMAIL = (
    f"Address not found\n\nYour message wasn't delivered to {GONE} because the address couldn't be found, or is unable"
    " to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 unknown"
)
EXCHANGE = (
    f"<p><b>Delivery has failed to these recipients or groups:</b></p><p><a href='mailto:{GONE}'>Gone ({GONE})</a><br>"
    "The email address you entered couldn't be found.</p><p>Remote Server returned '550 5.1.10 RESOLVER.ADR.Recipient"
    "NotFound'</p>"
)
M365 = (
    f"<p>Your message to {GONE} couldn't be delivered.</p>"
    "<table><tr><td>gone wasn't found at customer.example.</td></tr>"
    "</table>"
)
EXMAIL = (
    "<div><p>抱歉，您的邮件被退回来了……</p><table><tr><td>原邮件信息：</td></tr><tr><td>时间</td><td>2026-03-02</td></tr>"
    f"<tr><td>收件人</td><td>{GONE}</td></tr></table><p>退信原因：收件人邮件地址（{GONE}）不存在，邮件无法送达。</p>"
    "<p>host mx2.example said: 550 5.1.1 Mailbox not found</p></div>"
)
QQ = (
    f"<p>抱歉，您的邮件无法发送到 <b>{GONE}</b></p><p>退信原因：该邮件地址不存在。</p>"
    "<p>解决方案：请核对收件人地址。</p>"
)
NETEASE = f"<p>抱歉，您的邮件被退回来了……</p><p>收件人 &lt;{GONE}&gt;</p><p>退信原因：550 User not found</p>"


EXCHANGE_TEXT = (
    "Delivery has failed to these recipients or groups: Gone (gone@customer.example) The email address you entered"
    " couldn't be found. Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'"
)
M365_TEXT = (
    "Your message to gone@customer.example couldn't be delivered. gone wasn't found at customer.example."
)
EXMAIL_TEXT = (
    "抱歉，您的邮件被退回来了…… 原邮件信息： 时间2026-03-02 收件人gone@customer.example"
    " 退信原因：收件人邮件地址（gone@customer.example）不存在，邮件无法送达。"
    " host mx2.example said: 550 5.1.1 Mailbox not found"
)
QQ_TEXT = (
    "抱歉，您的邮件无法发送到 gone@customer.example 退信原因：该邮件地址不存在。 解决方案：请核对收件人地址。"
)
NETEASE_TEXT = "抱歉，您的邮件被退回来了…… 收件人 <gone@customer.example> 退信原因：550 User not found"
EXMAIL_SENDER = "Postmaster <postmaster@example.cn>"
SYSTEM = "Mail Delivery System <MAILER-DAEMON@mx.example>"
