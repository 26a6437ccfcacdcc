"""The rule of the follow-up list, as far as it is reckoned here."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from mycrm_api.domain.followups import (
    FollowupList,
    FollowupRule,
    Operator,
    chosen_rule,
    due_since,
    end_of_snooze,
    followup_sort_of,
)
from mycrm_api.domain.settings import read_settings
from mycrm_common.errors import MyCRMError

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("operator", "importance", "chosen"),
    [
        ("=", 3, (3,)),
        (">", 3, (4, 5)),
        (">=", 3, (3, 4, 5)),
        (">=", 0, (0, 1, 2, 3, 4, 5)),
        (">", 5, ()),
        ("=", 0, (0,)),
    ],
)
def test_a_rule_asks_for_some_ratings(operator: Operator, importance: int, chosen: tuple[int, ...]) -> None:
    assert FollowupRule(operator=operator, importance=importance, days=30).importances == chosen


def test_days_are_those_of_the_calendar_in_the_teams_zone() -> None:
    # In Shanghai it is the 3rd of March already.
    at = datetime(2026, 3, 2, 17, tzinfo=UTC)
    wanted = FollowupList(rule=FollowupRule(operator="=", importance=1, days=2), at=at, zone=SHANGHAI)

    assert wanted.contacted_before == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_what_is_not_said_is_as_in_the_settings() -> None:
    stored = {
        "followup_days": "45",
        "followup_importance_operators": "=",
        "followup_importance": "0",
    }

    assert chosen_rule(read_settings(stored), operator=None, importance=None, days=None) == FollowupRule(
        operator="=", importance=0, days=45
    )
    assert chosen_rule(read_settings(stored), operator=">", importance=4, days=0) == FollowupRule(
        operator=">", importance=4, days=0
    )


def test_a_customer_is_due_on_the_day_after_the_days_have_passed() -> None:
    early = datetime(2026, 3, 1, 1, tzinfo=UTC)
    late = datetime(2026, 3, 1, 16, tzinfo=UTC)  # the 2nd of March in Shanghai

    assert due_since(None, None, days=2, zone=SHANGHAI) is None
    assert due_since(early, None, days=2, zone=SHANGHAI) == date(2026, 3, 4)
    assert due_since(early, late, days=2, zone=SHANGHAI) == date(2026, 3, 5)


def test_a_snooze_ends_when_its_day_begins() -> None:
    at = datetime(2026, 3, 2, 17, tzinfo=UTC)

    assert end_of_snooze(at, days=1, zone=SHANGHAI) == datetime(2026, 3, 3, 16, tzinfo=UTC)


def test_a_column_that_is_not_there_is_refused() -> None:
    assert followup_sort_of("-company_last_contact") == ("company_last_contact", True)
    with pytest.raises(MyCRMError, match="request_invalid"):
        followup_sort_of("email_key")
