"""Outlook's packages, whole and broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.tnef import PackageText, read_package
from tests.support.odd_mails.tnef_writing import package

WHOLE = package(page="<p>页</p>", plain="文", files=2)


def test_page_and_plain_text_are_read() -> None:
    assert read_package(WHOLE) == PackageText(page="<p>页</p>", plain="文")
    assert read_package(package(old_plain="旧文")) == PackageText(plain="旧文")


@pytest.mark.parametrize("raw", [b"", b"x", b"PK\x03\x04" * 10, WHOLE[4:]])
def test_what_is_no_package_says_nothing(raw: bytes) -> None:
    assert read_package(raw) == PackageText()


@given(st.integers(0, len(WHOLE)))
def test_a_package_may_be_cut_anywhere(end: int) -> None:
    read = read_package(WHOLE[:end])
    assert read.page in {"", "<p>页</p>"}


@given(st.integers(6, len(WHOLE) - 4), st.binary(min_size=1, max_size=4))
def test_any_byte_may_be_another_one(at: int, rubbish: bytes) -> None:
    read = read_package(WHOLE[:at] + rubbish + WHOLE[at + len(rubbish) :])
    (read.page + read.plain).encode()
