"""Counts for the charts.

A week of mail is a range of the index (type, date, id): its bounds are reckoned in Python, where time zones and
summer time are known, and each week is one count along the index. One statement carries many such counts; grouping
by an expression of the date would need each database's own date functions, neither of which knows the zones' rules
surely, and could not skip what lies between.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from sqlalchemy import Select, func, literal, select, union_all

from mycrm_api.domain.customers import MOST_IMPORTANCE, Validity
from mycrm_api.domain.statistics import CustomerCount, Week, WeekOfMail
from mycrm_common.db.tables.customers import customers
from mycrm_common.db.tables.messages import messages
from mycrm_common.work import Reading

_TYPES = ("receive", "sendto")
# SQLite takes 500 selects in one statement.
_WEEKS_AT_ONCE = 104


async def count_customers(reading: Reading) -> list[CustomerCount]:
    """Count the customers of each rating and validity; what nobody has is counted too, as zero."""
    counted = select(customers.c.importance, customers.c.valid, func.count()).group_by(
        customers.c.importance, customers.c.valid
    )
    rows = await reading.connection.execute(counted)
    found: dict[tuple[int, int], int] = {(row[0], row[1]): row[2] for row in rows}
    return [
        CustomerCount(importance=importance, valid=int(valid), count=found.get((importance, valid), 0))
        for importance, valid in product(range(MOST_IMPORTANCE + 1), Validity)
    ]


async def count_mail(reading: Reading, weeks: Sequence[Week]) -> list[WeekOfMail]:
    """Count the mail that was received and sent in each of these weeks."""
    found: dict[tuple[str, str], int] = {}
    for first in range(0, len(weeks), _WEEKS_AT_ONCE):
        some = weeks[first : first + _WEEKS_AT_ONCE]
        rows = await reading.connection.execute(union_all(*_counts(some)))
        found |= {(row.week, row.type): row.count for row in rows}
    return [
        WeekOfMail(
            week=week.name,
            receive=found.get((week.name, "receive"), 0),
            sendto=found.get((week.name, "sendto"), 0),
        )
        for week in weeks
    ]


def _counts(weeks: Sequence[Week]) -> Iterator[Select[str, str, int]]:
    for week, kind in product(weeks, _TYPES):
        yield (
            select(literal(week.name).label("week"), literal(kind).label("type"), func.count().label("count"))
            .where(messages.c.type == kind, messages.c.date >= week.begins, messages.c.date < week.ends)
            .select_from(messages)
        )
