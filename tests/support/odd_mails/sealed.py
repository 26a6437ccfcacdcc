"""What is more, or less, than text: Outlook's packages, invitations, mail that is signed or encrypted."""

from base64 import b64encode

from tests.support.odd_mails.odd_mail import OddMail, letter, multipart, part, several
from tests.support.odd_mails.tnef_writing import package

PLAIN = part("text/plain; charset=utf-8", "The plain text")
PACKAGED = (
    "［Outlook 专用附件 winmail.dat，其中的文件未显示｜Outlook package winmail.dat, its files are not shown］"
)
SMIME = "［S/MIME 加密或签名的邮件，请在邮件客户端中阅读｜S/MIME mail, to be read in a mail program］"
PGP = "［PGP 加密的邮件，请在邮件客户端中阅读｜PGP encrypted mail, to be read in a mail program］"
INVITED = "［日历邀请｜Calendar invitation］"


def _tnef(raw: bytes, kind: str = "application/ms-tnef") -> bytes:
    return part(
        f"{kind}; name=winmail.dat", b64encode(raw), "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=winmail.dat",
    )  # fmt: skip


def _event(*lines: str) -> bytes:
    inner = "\n".join(
        ("BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR")
    )
    return part("text/calendar; charset=utf-8; method=REQUEST", inner)


def _mail(cause: str, subtype: str, *parts: bytes, text: str, attachments: tuple[str, ...] = ()) -> OddMail:
    kind = f"Content-Type: multipart/{subtype}; boundary=b1"
    raw = letter(cause, "MIME-Version: 1.0", kind, body=several(*parts))
    return OddMail(cause=cause, raw_bytes=raw, text=text, attachments=attachments)


def _single(
    cause: str, *fields: str, body: str | bytes, text: str, attachments: tuple[str, ...] = ()
) -> OddMail:
    raw = letter(cause, *fields, body=body)
    return OddMail(cause=cause, raw_bytes=raw, text=text, attachments=attachments)


WINMAIL = ("winmail.dat",)
ARMOUR = "-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nhQEMA5abc\n=1234\n-----END PGP MESSAGE-----"
CLEAR = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nWe agree.\n- - a point\n-----BEGIN PGP SIGNATURE-----\n\n"
    "iQEzBAEBCAAd\n-----END PGP SIGNATURE-----"
)

MAILS = (
    _mail(
        "a package beside the text",
        "mixed",
        PLAIN,
        _tnef(package(page="<p>Inside</p>")),
        text=f"The plain text {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail(
        "a package alone, with a page in it",
        "mixed",
        _tnef(package(page="<p>The page inside 报价</p>")),
        text=f"The page inside 报价 {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail(
        "a package alone, with wide plain text in it",
        "mixed",
        _tnef(package(plain="The words inside 报价")),
        text=f"The words inside 报价 {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail(
        "a package alone, with its text as an attribute",
        "mixed",
        _tnef(package(old_plain="Old words 报价")),
        text=f"Old words 报价 {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail("a package that holds files only", "mixed", _tnef(package()), text=PACKAGED, attachments=WINMAIL),
    _mail(
        "a package that was cut",
        "mixed",
        _tnef(package(page="<p>The page inside</p>", files=3)[:-200]),
        text=f"The page inside {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail(
        "a package that is none", "mixed", _tnef(b"this is no package"), text=PACKAGED, attachments=WINMAIL
    ),
    _mail(
        "a package under the type of any file",
        "mixed",
        _tnef(package(page="<p>The page inside</p>"), "application/octet-stream"),
        text=f"The page inside {PACKAGED}",
        attachments=WINMAIL,
    ),
    _mail(
        "a package whose lengths lie",
        "mixed",
        _tnef(package(page="<p>x</p>").replace(b"\x08\0\0\0", b"\xff\xff\xff\xff")),
        text=PACKAGED,
        attachments=WINMAIL,
    ),
    _mail(
        "an invitation beside the text",
        "alternative",
        PLAIN,
        _event("SUMMARY:Meeting", "DTSTART:20260305T060000Z", "DTEND:20260305T070000Z", "LOCATION:Room 1"),
        text=f"The plain text {INVITED}Meeting，2026-03-05 06:00 UTC–2026-03-05 07:00 UTC，Room 1",
    ),
    _mail(
        "an invitation alone",
        "mixed",
        _event("SUMMARY:季度会议", "DTSTART;VALUE=DATE:20260305"),
        text=f"{INVITED}季度会议，2026-03-05",
    ),
    _mail(
        "an invitation with folded and quoted lines",
        "mixed",
        _event('SUMMARY;LANGUAGE="zh:CN":one\\, two', "LOCATION:上", " 海"),
        text=f"{INVITED}one, two，上海",
    ),
    _mail(
        "an invitation without an event",
        "mixed",
        part("text/calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR"),
        text=INVITED,
    ),
    _mail(
        "an invitation as a file beside the same one",
        "mixed",
        multipart("alternative", PLAIN, _event("SUMMARY:Meeting"), boundary="b2"),
        part(
            "text/calendar; name=invite.ics",
            "BEGIN:VCALENDAR",
            "Content-Disposition: attachment; filename=invite.ics",
        ),
        text=f"The plain text {INVITED}Meeting",
        attachments=("invite.ics",),
    ),
    _mail(
        "a to-do instead of an event",
        "mixed",
        part("text/calendar", "BEGIN:VTODO\nSUMMARY:x\nEND:VTODO"),
        text=INVITED,
    ),
    _single(
        "a mail sealed by S/MIME",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=smime.p7m",
        body="MIIB",
        text=SMIME,
        attachments=("smime.p7m",),
    ),
    _single(
        "a mail signed inside S/MIME",
        "Content-Type: application/x-pkcs7-mime; smime-type=signed-data",
        "Content-Transfer-Encoding: base64",
        body="MIIB",
        text=SMIME,
    ),
    _mail(
        "a text beside its S/MIME signature",
        "signed",
        PLAIN,
        part(
            "application/pkcs7-signature; name=smime.p7s",
            "MIIB",
            "Content-Disposition: attachment; filename=smime.p7s",
        ),
        text="The plain text",
    ),
    _mail(
        "a mail sealed by PGP",
        "encrypted",
        part("application/pgp-encrypted", "Version: 1"),
        part("application/octet-stream; name=encrypted.asc", ARMOUR),
        text=PGP,
    ),
    _single("a sealed block of PGP in plain text", body=f"Hello,\n{ARMOUR}\nBye", text=f"Hello, {PGP} Bye"),
    _single("a text signed in itself by PGP", body=CLEAR, text="We agree. - a point"),
    _mail(
        "a PGP key as a file",
        "mixed",
        PLAIN,
        part(
            "application/pgp-keys; name=key.asc",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----",
            "Content-Disposition: attachment; filename=key.asc",
        ),
        text="The plain text",
        attachments=("key.asc",),
    ),
    _single(
        "a PGP block that never ends",
        body="Hello,\n-----BEGIN PGP MESSAGE-----\nhQEMA5abc",
        text=f"Hello, {PGP}",
    ),
    _mail(
        "a package and an invitation",
        "mixed",
        _event("SUMMARY:Meeting"),
        _tnef(package(page="<p>Inside</p>")),
        text=f"Inside {INVITED}Meeting {PACKAGED}",
        attachments=WINMAIL,
    ),
)
