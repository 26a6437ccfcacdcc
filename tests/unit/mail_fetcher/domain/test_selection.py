"""Which sections are asked for, before a byte of the text is here."""

from typing import Any

import pytest

from mycrm_mail_fetcher.domain.selection import sections_wanted
from mycrm_mail_fetcher.domain.structure import Structure

HEADER = b"From: li@x.example\r\nSubject: x\r\n"


def part(section: str, content_type: str, size: int = 5000, **more: Any) -> Structure:
    return Structure(section=section, content_type=content_type, size=size, **more)


def several(subtype: str, *children: Structure, section: str = "") -> Structure:
    return Structure(section=section, content_type=f"multipart/{subtype}", children=children)


def named(section: str, content_type: str, name: bytes, size: int = 5000) -> Structure:
    return part(
        section, content_type, size, disposition="attachment", disposition_parameters=((b"filename", name),)
    )


def wanted(structure: Structure, header: bytes = HEADER) -> dict[str, int] | None:
    kind = structure.content_type.encode()
    wishes = sections_wanted(structure, header + b"Content-Type: " + kind + b"\r\n\r\n")
    return None if wishes is None else {wish.section: wish.limit for wish in wishes}


PLAIN = part("1", "text/plain", type_parameters=((b"charset", b"utf-8"),))
PAGE = part("2", "text/html", 20_000)


def test_a_mail_of_one_text_is_that_text() -> None:
    assert wanted(part("1", "text/html", 3000)) == {"1": 8192}


def test_of_alternatives_one_page_and_one_plain_text_are_wanted() -> None:
    assert wanted(several("alternative", PLAIN, PAGE)) == {"1": 8192, "2": 65536}
    older = part("1", "text/html", 100)
    assert wanted(several("alternative", older, PAGE)) == {"2": 65536}


def test_texts_side_by_side_are_wanted_and_files_are_not() -> None:
    file, footer = named("2", "application/pdf", b"a.pdf", 9_000_000), part("3", "text/html")
    assert wanted(several("mixed", PLAIN, file, footer)) == {"1": 8192, "3": 8192}
    text_file = named("2", "text/plain", b"a.txt")
    assert wanted(several("mixed", PLAIN, text_file)) == {"1": 8192}


def test_a_page_with_its_pictures_and_a_signed_text_are_wanted_alone() -> None:
    picture = part("2", "image/png", content_id=b"<x>", disposition="inline")
    assert wanted(several("related", part("1", "text/html"), picture)) == {"1": 8192}
    assert wanted(several("signed", PLAIN, part("2", "application/pgp-signature"))) == {"1": 8192}


def test_of_a_long_text_the_beginning_is_wanted() -> None:
    assert wanted(part("1", "text/plain", 50_000_000)) == {"1": 2 * 1024 * 1024 + 1}


def test_an_empty_text_is_not_asked_for() -> None:
    assert wanted(several("mixed", part("1", "text/html", 0), PAGE)) == {"2": 65536}


def test_plain_text_that_may_be_anything_is_asked_for_with_its_own_header() -> None:
    unnamed = part("1", "text/plain", type_parameters=((b"charset", b"us-ascii"),))
    assert wanted(several("mixed", unnamed, PAGE)) == {"1.MIME": 4096, "1": 8192, "2": 65536}


class TestMailInside:
    INNER = part("2", "message/rfc822", 9_000_000, children=(part("2.1", "text/plain"),))

    def test_its_subject_names_it(self) -> None:
        assert wanted(several("mixed", PLAIN, self.INNER)) == {"2.HEADER": 16384, "1": 8192}

    def test_one_that_has_a_name_is_not_asked_for(self) -> None:
        inner = part(
            "2", "message/rfc822", type_parameters=((b"name", b"a.eml"),), children=self.INNER.children
        )
        assert wanted(several("mixed", PLAIN, inner)) == {"1": 8192}

    def test_its_text_is_wanted_where_the_outer_one_can_hardly_say_anything(self) -> None:
        blank = part("1", "text/html", 20)
        assert wanted(several("mixed", blank, self.INNER)) == {"2.HEADER": 16384, "1": 8192, "2.1": 8192}

    def test_one_that_is_encoded_is_looked_into_here(self) -> None:
        inner = part("2", "message/rfc822", 100_000, encoding="base64", children=(part("2.1", "text/plain"),))
        assert wanted(several("mixed", PLAIN, inner)) == {"2": 65536, "1": 8192}


class TestReports:
    STATUS = part("2", "message/delivery-status", 600)

    def test_the_report_and_to_whom_the_mail_was_sent_are_wanted(self) -> None:
        returned = part("3", "text/rfc822-headers", 600)
        assert wanted(several("report", PLAIN, self.STATUS, returned)) == {"2": 8192, "3": 8192, "1": 8192}

    def test_of_a_mail_system_the_header_of_the_copy_is_wanted(self) -> None:
        copy = part(
            "2",
            "message/rfc822",
            type_parameters=((b"name", b"a.eml"),),
            children=(part("2.1", "text/plain"),),
        )
        sender = b"From: MAILER-DAEMON@x.example\r\n"
        assert wanted(several("mixed", PLAIN, copy), sender) == {"2.HEADER": 16384, "1": 8192}


class TestSealed:
    def test_nothing_is_wanted_of_what_cannot_be_read(self) -> None:
        assert wanted(named("1", "application/pkcs7-mime", b"smime.p7m")) == {}
        assert wanted(several("encrypted", part("1", "application/pgp-encrypted"), part("2", "a/b"))) == {}

    def test_an_invitation_is_wanted(self) -> None:
        assert wanted(several("alternative", PLAIN, part("2", "text/calendar"))) == {"2": 8192, "1": 8192}

    def test_a_package_is_wanted_where_there_is_no_text(self) -> None:
        package = named("2", "application/ms-tnef", b"winmail.dat")
        assert wanted(several("mixed", PLAIN, package)) == {"1": 8192}
        assert wanted(several("mixed", named("1", "application/ms-tnef", b"winmail.dat"))) == {"1": 8192}


class TestWholeMails:
    @pytest.mark.parametrize(
        "structure",
        [
            several("mixed"),
            several("mixed", part("1", "text/plain", 0)),
            several("mixed", PLAIN, several("alternative", section="2")),
            several("mixed", Structure(section="1", content_type="text/plain", children=(PLAIN,))),
        ],
        ids=["no parts", "the empty part that servers invent", "no parts inside", "a text with parts"],
    )
    def test_a_structure_that_cannot_be_right_is_not_believed(self, structure: Structure) -> None:
        assert wanted(structure) is None

    @pytest.mark.parametrize(
        "header",
        [
            b"", b"\r\n", b"Subject: x\r\nContent-Type: text/plain\r\n\r\n",
            b"\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n",
            b"Content-Type: text/html\r\nSubject: x\r\nthis is text\r\n\r\n",
        ],
        ids=["none", "empty", "another type", "blank line first", "text without a blank line before it"],
    )  # fmt: skip
    def test_a_header_that_is_not_the_mails_is_not_believed(self, header: bytes) -> None:
        assert sections_wanted(part("1", "text/html"), header) is None

    def test_a_multipart_that_says_it_is_encoded_is_read_whole(self) -> None:
        header = HEADER + b"Content-Transfer-Encoding: base64\r\n"
        assert wanted(several("related", PAGE, PLAIN), header) is None
