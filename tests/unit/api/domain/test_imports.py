"""What of an import is news to those who watch it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mycrm_api.domain.imports import Import, ImportState, counted, is_news
from mycrm_api.domain.sheets import Wish

AT = datetime(2026, 1, 10, 8, 30, tzinfo=UTC)


def _an_import(state: ImportState, *, done: int = 0, total: int = 0) -> Import:
    return Import(
        id=7,
        file_name="customers.csv",
        size=1,
        state=state,
        by="1",
        change_id="",
        undone_by="",
        undo_id="",
        layout=None,
        wish=Wish(),
        records_read=done,
        rows_made=done,
        error="",
        error_detail="",
        created_at=AT,
        changed_at=AT,
        counts=counted({"new": total, "added": done, "reversed": done}),
    )


@pytest.mark.parametrize(
    ("state", "total", "earlier", "later", "news"),
    [
        (ImportState.READING, 0, 250, 999, False),
        (ImportState.READING, 0, 999, 1_000, True),
        (ImportState.APPLYING, 1_000_000, 0, 9_999, False),
        (ImportState.APPLYING, 1_000_000, 9_999, 10_000, True),
        (ImportState.APPLYING, 3, 0, 1, True),
    ],
)
def test_each_hundredth_and_each_thousand_lines_are_news(
    state: ImportState, total: int, earlier: int, later: int, *, news: bool
) -> None:
    before, after = (_an_import(state, done=done, total=total) for done in (earlier, later))

    assert is_news(before, after) is news


def test_another_state_is_news() -> None:
    before = _an_import(ImportState.APPLYING, done=5, total=5)

    assert is_news(before, replace(before, state=ImportState.APPLIED))
    assert not is_news(before, before)


def test_an_import_of_nobody_has_no_hundredths() -> None:
    before = _an_import(ImportState.APPLYING)

    assert is_news(before, replace(before, state=ImportState.APPLIED))
