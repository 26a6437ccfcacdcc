"""Cells that no spreadsheet runs, and that mean what they meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_api.domain.cells import harmless, meant


@given(st.text())
def test_every_text_comes_back_unchanged(text: str) -> None:
    assert meant(harmless(text)) == text


@given(st.text(alphabet="'=+-@＝＋－＠\t\r\n a", max_size=6))
def test_texts_of_signs_alone_come_back_unchanged_and_never_begin_with_a_sign(text: str) -> None:
    cell = harmless(text)

    assert meant(cell) == text
    assert cell[:1] not in set("=+-@＝＋－＠\t\r\n")


@pytest.mark.parametrize("text", ["", "Li", "O'Brien", "'quoted'", "a=b", "1-2", "李＝"])
def test_what_no_spreadsheet_runs_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text
