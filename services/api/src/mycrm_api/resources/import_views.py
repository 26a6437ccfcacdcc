"""How imports are shown, and what is said of a file's layout."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Literal

from pydantic import Field

from mycrm_api.domain.import_rows import Cause, ImportRow, RowKind, RowState
from mycrm_api.domain.imports import KINDS, OUTCOMES, REVERSALS, Import
from mycrm_api.domain.sheets import MOST_COLUMNS, Delimiter, Layout, Wish
from mycrm_api.resources.lists import ListForm, ListView
from mycrm_api.resources.route import Form, View

_TAB = "tab"
State = Literal["reading", "previewed", "applying", "applied", "undoing", "undone", "failed", "cancelled"]
FieldName = Literal[
    "name",
    "email",
    "importance",
    "company",
    "country",
    "address",
    "phone",
    "website",
    "comment",
    "last_contact_date",
    "valid",
]


class ColumnView(View):
    """A column of the file; `field` null is not taken, `samples` are the first things that stand in it."""

    position: int
    header: str
    field: FieldName | None
    samples: tuple[str, ...] = ()


class LayoutView(View):
    """How the file is laid out, as it was found or said."""

    kind: Literal["csv", "xlsx"]
    charset: str
    delimiter: str
    header: bool


class ImportCountsView(View):
    """What would become of the customers that the file speaks of; invalid ones are lines or addresses."""

    new: int
    update: int
    same: int
    conflict: int
    invalid: int


class AppliedView(View):
    """What applying has done so far; skipped ones were changed by somebody since the file was read."""

    added: int
    updated: int
    skipped: int


class ImportUndoneView(View):
    """What undoing has done so far; kept ones were changed since, failed ones are deleted."""

    reversed: int
    kept: int
    failed: int


class ProgressView(View):
    """How far the present step has come; `total` null is not known yet."""

    done: int
    total: int | None


class ChangeView(View):
    """What would become of a field."""

    old: str | int
    new: str | int


class RowReasonView(View):
    """Why a row is not taken."""

    code: str
    field: str
    detail: str


class CauseView(View):
    """Why some rows are not taken, and how many they are."""

    code: str
    field: str
    count: int


class RowDeletedBeforeView(View):
    """A deleted customer who had the address; POST /customers/{id}/restore brings it back."""

    id: int
    name: str
    deleted_at: datetime


class ImportRowView(View):
    """What the file says of one customer, or a line that cannot be taken, as it stands there."""

    number: int
    line: int
    kind: RowKind
    state: RowState = Field(description="what has become of it; empty where nothing is to be done")
    email: str
    customer_id: int | None
    values: dict[str, str | int]
    changes: dict[str, ChangeView]
    reason: RowReasonView | None
    deleted_before: RowDeletedBeforeView | None


class ImportView(View):
    """An import, with its first rows where one alone is asked for."""

    id: int
    file_name: str
    size: int
    state: State
    by: str = Field(description="the account's id, or `operator`")
    by_name: str | None = Field(description="the account's name; null where it is gone")
    change_id: str = Field(description="what ties its changes together in the customers' history")
    created_at: datetime
    changed_at: datetime
    layout: LayoutView | None
    columns: tuple[ColumnView, ...]
    counts: ImportCountsView
    progress: ProgressView
    applied: AppliedView
    undone: ImportUndoneView
    error: RowReasonView | None
    causes: tuple[CauseView, ...] = Field(
        (), description="where one alone is asked for and no step is under way, the most frequent first"
    )
    rows: tuple[ImportRowView, ...] = ()


class ImportPage(ListView):
    """A page of the imports, the newest first."""

    items: tuple[ImportView, ...]


class ImportRowPage(ListView):
    """A page of an import's rows, in the order of the file."""

    items: tuple[ImportRowView, ...]


class ImportRowListForm(ListForm):
    """Which rows."""

    kind: RowKind | None = Field(None, description="those of one kind only")
    reason: str | None = Field(None, max_length=60, description="those that this code keeps from being taken")


class LayoutForm(Form):
    """How the file is laid out, where it is not to be found out."""

    charset: Literal["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252"] | None = None
    delimiter: Literal[",", ";", "tab"] | None = None
    header: bool | None = Field(None, description="whether the first row names the columns")

    def wish(self) -> Wish:
        """Return what was said."""
        delimiter: Delimiter | None = "\t" if self.delimiter == "tab" else self.delimiter
        return Wish(charset=self.charset, delimiter=delimiter, header=self.header)


class ColumnsForm(LayoutForm):
    """The same, and which field each column is; null is not taken."""

    columns: tuple[FieldName | None, ...] | None = Field(None, max_length=MOST_COLUMNS)

    def wish(self) -> Wish:
        """Return what was said."""
        said = super().wish()
        return Wish(charset=said.charset, delimiter=said.delimiter, header=said.header, columns=self.columns)


def shown_import(
    one: Import,
    *,
    names: Mapping[str, str],
    rows: Sequence[ImportRowView] = (),
    causes: Sequence[Cause] = (),
) -> ImportView:
    """Return an import as it is shown."""
    layout = one.layout
    return ImportView.model_validate(
        {
            **{name: getattr(one, name) for name in ("id", "file_name", "size", "by", "change_id")},
            "created_at": one.created_at,
            "changed_at": one.changed_at,
            "state": one.state.value,
            "layout": None if layout is None else _layout(layout),
            "columns": [] if layout is None else _columns(layout),
            "counts": {name: one.counts[name] for name in KINDS},
            "progress": {"done": one.done, "total": one.total},
            "applied": {name: one.counts[name] for name in OUTCOMES},
            "undone": {name: one.counts[name] for name in REVERSALS},
            "error": {"code": one.error, "field": "", "detail": one.error_detail} if one.error else None,
            "by_name": names.get(one.by),
            "causes": causes,
            "rows": rows,
        }
    )


def shown_row(row: ImportRow, gone: Mapping[str, tuple[int, str, datetime]]) -> ImportRowView:
    """Return a row as it is shown."""
    before = gone.get(row.email_key or "")
    return ImportRowView(
        number=row.number,
        line=row.line,
        kind=row.kind,
        state=row.state,
        email=row.email,
        customer_id=row.customer_id,
        values={name: _printable(value) for name, value in row.fields.items()},
        changes={name: ChangeView(old=old, new=row.fields[name]) for name, old in row.earlier.items()},
        reason=None if row.reason is None else RowReasonView.model_validate(row.reason),
        deleted_before=None
        if before is None
        else RowDeletedBeforeView(id=before[0], name=before[1], deleted_at=before[2]),
    )


def _layout(layout: Layout) -> dict[str, object]:
    delimiter = _TAB if layout.delimiter == "\t" else layout.delimiter
    return {
        "kind": layout.kind,
        "charset": layout.charset,
        "delimiter": delimiter,
        "header": layout.header,
    }


def _columns(layout: Layout) -> list[dict[str, object]]:
    named = zip_longest(layout.columns, layout.headers[: len(layout.columns)], layout.samples)
    return [
        {
            "position": position,
            "header": header or "",
            "field": field,
            "samples": [_printable(text) for text in samples or ()],
        }
        for position, (field, header, samples) in enumerate(named, 1)
    ]


def _printable(value: Any) -> str | int:
    # Halves of letters stand in a file as it was sent, and in no answer.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else int(value)
