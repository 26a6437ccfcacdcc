"""Exports: which columns a file of customers has, and what stands in them.

The same eleven columns as the original's, in its order: with Chinese headers where all is exported, with English ones
in the follow-up and filtered exports, which are letters' lists and greet whoever has no name as `Sir`. The contact
date is the team's clock; everything else stands as it is stored.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Literal

from mycrm_api.domain.cells import harmless
from mycrm_api.domain.customers import Customer
from mycrm_api.domain.sheets import TEMPLATE

ExportKind = Literal["all", "valid", "invalid", "followup", "template", "filtered"]

# A spreadsheet program knows by it that this is UTF-8.
MARK = "\ufeff"
CHINESE = tuple(chinese for _, chinese, _ in TEMPLATE)
ENGLISH = tuple(english for _, _, english in TEMPLATE)
_NAMELESS = "Sir"
_MOMENT = "%Y-%m-%d %H:%M:%S"


def lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of cells as CSV."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def cells(customer: Customer, *, zone: tzinfo, is_greeted: bool) -> list[str]:
    """Return a customer as the cells of the eleven columns."""
    contact = customer.last_contact_date
    return [
        customer.name or (_NAMELESS if is_greeted else ""),
        customer.email,
        str(customer.importance),
        customer.company,
        customer.country,
        customer.address,
        customer.phone,
        customer.website,
        customer.comment,
        "" if contact is None else contact.astimezone(zone).strftime(_MOMENT),
        str(int(customer.valid)),
    ]
