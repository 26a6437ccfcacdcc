"""Folder names, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.adapters.imap.commands import quoted
from mycrm_mail_fetcher.adapters.imap.names import decode_name, encode_name, readable_name, wire_name
from tests.support.folder_names import on_the_wire

_text = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("INBOX", "INBOX"),
        ("&XfJT0ZAB-", "已发送"),
        ("&W6JiNw-/&aydtMg- &- &f45tMg-", "客户/欧洲 & 美洲"),
        ("&2D3c7g-", "📮"),
        ("&U,BTFw-", "台北"),
    ],
)
def test_known_names_are_decoded_and_encoded(wire: str, name: str) -> None:
    assert decode_name(wire) == name
    assert encode_name(name) == wire


@given(_text)
def test_every_name_comes_back_as_it_went(name: str) -> None:
    assert decode_name(encode_name(name)) == name
    assert encode_name(name).isascii()


@given(_text)
def test_names_are_encoded_as_another_encoder_does(name: str) -> None:
    assert quoted(encode_name(name).encode("ascii")).decode() == on_the_wire(name)


@pytest.mark.parametrize("wire", ["R&D", "a & b", "&", "&&-", "&!!-", "&A-", "&2D0-", "&ZeVnLIqe", "&é-"])
def test_a_name_that_is_not_well_encoded_stays_as_it_is(wire: str) -> None:
    assert decode_name(wire).replace("&&", "&&-") == wire


@given(st.text(max_size=40))
def test_no_name_is_an_error(wire: str) -> None:
    decode_name(wire)


@pytest.mark.parametrize("raw", ["客户".encode(), "客户".encode("gb18030")])
def test_raw_names_of_servers_without_the_encoding_are_readable(raw: bytes) -> None:
    assert readable_name(raw) == "客户"


@given(st.binary(max_size=30))
def test_the_bytes_of_a_name_survive_whatever_they_are(raw: bytes) -> None:
    assert wire_name(raw).encode("latin-1") == raw
    assert isinstance(readable_name(raw), str)
