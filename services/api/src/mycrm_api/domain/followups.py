"""Follow-up: which customers wait for a mail from us.

A customer is due when its rating is asked for, it is not invalid, and neither it nor any other customer of its
company who is not invalid was contacted within so many days: calendar days in the team's time zone, strictly more
than `days` of them. As the customer is one of its company, "neither it nor any other" is one comparison with the
newest contact of the company, which each customer carries; without a company that is its own.

People may put a customer off (`snoozed_until`) or say that it is done (`done_at`). Done counts as a contact with
this customer at that moment, for this list and nothing else; its colleagues stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from operator import eq, ge, gt
from typing import Literal, cast

from mycrm_api.domain.customers import MOST_IMPORTANCE, SORTABLE, Customer, newest
from mycrm_api.domain.days import day_of, start_of
from mycrm_common.errors import FieldFault, Kind, MyCRMError

Operator = Literal["=", ">", ">="]

LONGEST_WAITING = "company_last_contact"
FOLLOWUP_SORTS = (*SORTABLE, LONGEST_WAITING)
_COMPARE = {"=": eq, ">": gt, ">=": ge}


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowupRule:
    """Whom to follow up: those of some ratings who were not contacted for more than `days` days."""

    operator: Operator
    importance: int
    days: int

    @property
    def importances(self) -> tuple[int, ...]:
        """The ratings that are asked for."""
        compare = _COMPARE[self.operator]
        return tuple(one for one in range(MOST_IMPORTANCE + 1) if compare(one, self.importance))


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowupList:
    """Which part of the follow-up list is asked for; those who wait longest come first, never contacted ones before.

    `hidden` asks for those whom only a mark keeps off the list; without `exact` counting stops at some number.
    """

    rule: FollowupRule
    at: datetime
    zone: tzinfo
    sort: str = LONGEST_WAITING
    cursor: str | None = None
    limit: int = 50
    hidden: bool = False
    exact: bool = False

    @property
    def contacted_before(self) -> datetime:
        """The first moment at which a contact was recent enough not to be due."""
        return start_of(day_of(self.at, self.zone) - timedelta(days=self.rule.days), self.zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowupMark:
    """What people noted of a customer's follow-up."""

    customer_id: int
    snoozed_until: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Followup(Customer):
    """A customer on the list, and why it is there; `due_since` is None for one who was never contacted."""

    company_last_contact: datetime | None
    snoozed_until: datetime | None
    done_at: datetime | None
    due_since: date | None


def chosen_rule(
    settings: Mapping[str, object], *, operator: Operator | None, importance: int | None, days: int | None
) -> FollowupRule:
    """Return the rule that is asked for; what was not said is as in the settings."""
    stored = cast("Operator", settings["followup_importance_operators"])
    return FollowupRule(
        operator=operator or stored,
        importance=int(str(settings["followup_importance"])) if importance is None else importance,
        days=int(str(settings["followup_days"])) if days is None else days,
    )


def due_since(*contacts: datetime | None, days: int, zone: tzinfo) -> date | None:
    """Return the day on which a customer became due, from the contacts that count for it."""
    last = newest(*contacts)
    return None if last is None else day_of(last, zone) + timedelta(days=days + 1)


def end_of_snooze(at: datetime, *, days: int, zone: tzinfo) -> datetime:
    """Return when the day begins that lies so many days ahead."""
    return start_of(day_of(at, zone) + timedelta(days=days), zone)


def followup_sort_of(sort: str) -> tuple[str, bool]:
    """Return the column to sort by and whether it is descending."""
    column = sort.removeprefix("-")
    if column not in FOLLOWUP_SORTS:
        fault = FieldFault(field="sort", code="choice_unknown", message=f"one of {', '.join(FOLLOWUP_SORTS)}")
        raise MyCRMError("request_invalid", Kind.INVALID, f"there is no column {column[:40]}", errors=[fault])
    return column, sort != column
