"""Which parts of a mail are its text, and what stands for the others."""

from base64 import b64encode

import pytest

from mycrm_mail_fetcher.domain.plain import text_of
from tests.unit.mail_fetcher.domain.letters import a_mail, a_multipart, a_part, read, shown

PLAIN = a_part("text/plain; charset=utf-8", "纯文本")
HTML = a_part("text/html; charset=utf-8", "<p>网页</p>")
PDF = a_part(
    'application/pdf; name="=?gbk?B?sai82y5wZGY=?="', b64encode(b"%PDF").decode(),
    "Content-Transfer-Encoding: base64", "Content-Disposition: attachment",
)  # fmt: skip


class TestWhichPartIsTheText:
    def test_html_is_preferred_to_plain_text(self) -> None:
        assert shown(a_multipart("alternative", PLAIN, HTML)) == "网页"

    def test_plain_text_is_taken_where_the_html_shows_nothing(self) -> None:
        blank = a_part(
            "text/html", "<html><head><style>p{color:red}</style></head><body>&nbsp;<br> </body></html>"
        )
        assert shown(a_multipart("alternative", PLAIN, blank)) == "纯文本"

    def test_html_that_is_only_a_picture_is_taken(self) -> None:
        picture = a_part("text/html", '<img src="https://x.example/a.png">')
        assert "<img" in read(a_multipart("alternative", PLAIN, picture)).html

    def test_texts_side_by_side_are_joined(self) -> None:
        footer = a_part("text/plain", "list footer")
        assert shown(a_multipart("mixed", HTML, PDF, footer)).split() == ["网页", "list", "footer"]

    def test_html_and_files_inside_an_alternative_are_all_found(self) -> None:
        inner = a_multipart("mixed", HTML, PDF, a_part("text/html", "<p>second</p>"), boundary="b2")
        mail = read(a_multipart("alternative", PLAIN, inner))
        assert text_of(mail.html).split() == ["网页", "second"]
        assert [file.name for file in mail.attachments] == ["报价.pdf"]

    def test_a_page_with_its_pictures_is_the_text(self) -> None:
        logo = a_part("image/png", "x", "Content-ID: <logo>", "Content-Disposition: inline")
        frame = a_part("text/html", "<p>a frame</p>", "Content-ID: <frame>")
        assert shown(a_multipart("related", HTML, logo, frame)) == "网页"

    @pytest.mark.parametrize(
        "disposition", ['attachment; filename="a.txt"', "ATTACHMENT", 'inline; filename="a.txt"']
    )
    @pytest.mark.parametrize("kind", ["text/plain", "text/html"])
    def test_a_text_file_is_never_glued_on(self, kind: str, disposition: str) -> None:
        file = a_part(kind, "in the file", f"Content-Disposition: {disposition}")
        mail = read(a_multipart("mixed", PLAIN, file))
        assert text_of(mail.html) == "纯文本"
        assert len(mail.attachments) == 1

    def test_a_text_file_is_read_if_there_is_nothing_else(self) -> None:
        assert shown(a_part('text/plain; name="note.txt"', "only this")) == "only this"

    def test_a_mail_inside_is_read_only_if_there_is_nothing_else(self) -> None:
        forwarded = a_part("message/rfc822", a_mail("Subject: inner", body="forwarded words"))
        alone = read(a_multipart("mixed", a_part("text/plain", " "), forwarded))
        assert text_of(alone.html) == "forwarded words"
        assert shown(a_multipart("mixed", PLAIN, forwarded)) == "纯文本"
        assert [file.name for file in alone.attachments] == ["inner.eml"]

    def test_a_signed_mail_shows_what_was_signed(self) -> None:
        signature = a_part(
            "application/pgp-signature", "sig", "Content-Disposition: attachment; filename=s.asc"
        )
        mail = read(a_multipart("signed", PLAIN, signature))
        assert text_of(mail.html) == "纯文本"
        assert mail.attachments == ()

    def test_an_attachment_keeps_its_name_and_size(self) -> None:
        file = read(a_multipart("mixed", PLAIN, PDF)).attachments[0]
        assert (file.name, file.content_type, file.size) == ("报价.pdf", "application/pdf", 4)

    def test_a_path_is_no_part_of_a_name(self) -> None:
        file = a_part("a/b", "x", 'Content-Disposition: attachment; filename="..\\\\..\\\\etc/passwd"')
        assert read(a_multipart("mixed", PLAIN, file)).attachments[0].name == "passwd"


class TestWhatCannotBeShown:
    def test_an_outlook_package_leaves_a_line(self) -> None:
        tnef = a_part("application/ms-tnef", "x", 'Content-Disposition: attachment; filename="winmail.dat"')
        assert "winmail.dat" in shown(a_multipart("mixed", tnef))

    def test_encrypted_mail_leaves_a_line(self) -> None:
        smime = a_part(
            "application/pkcs7-mime; smime-type=enveloped-data", "x", "Content-Disposition: attachment"
        )
        assert "S/MIME" in shown(smime)
        assert "PGP" in shown(a_multipart("encrypted", a_part("application/pgp-encrypted", "Version: 1")))

    def test_an_invitation_tells_what_when_and_where(self) -> None:
        event = (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=zh:季度\\, 会\n 议\n"
            'DTSTART;TZID="China: Beijing":20240305T140000\nDTEND:20240305T150000Z\nLOCATION:上海\nEND:VEVENT\n'
        )
        text = shown(a_multipart("alternative", PLAIN, a_part("text/calendar; charset=utf-8", event)))
        assert text.startswith("纯文本")
        assert "季度, 会议，2024-03-05 14:00–2024-03-05 15:00 UTC，上海" in text

    def test_a_mail_that_was_cut_says_so(self) -> None:
        whole = a_multipart("mixed", PLAIN, PDF)
        assert "仅显示开头" not in shown(whole[:-80], truncated=True)
        assert "仅显示开头" in shown(a_mail(body="x" * 1000)[:500], truncated=True)
        assert "仅显示开头" not in shown(a_mail(body="x"))
