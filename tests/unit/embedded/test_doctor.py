"""What `mycrm doctor` makes of what the API says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mycrm_embedded.commands import doctor

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _mailbox(**differently: Any) -> dict[str, Any]:
    well = {
        "state": "idle",
        "error": None,
        "last_synced_at": (NOW - timedelta(minutes=2)).isoformat(),
        "adds_up": True,
        "totals": {"held": 0},
    }
    return well | differently


def _copy(*, hours: float, error: dict[str, str] | None = None) -> dict[str, Any]:
    return {"started_at": (NOW - timedelta(hours=hours)).isoformat(), "error": error}


@pytest.mark.parametrize(
    ("differently", "codes"),
    [
        pytest.param({}, [], id="well"),
        pytest.param({"state": "not_configured"}, ["not_configured"], id="none"),
        pytest.param(
            {"error": {"code": "mailbox_login_refused", "detail": "LOGIN failed"}},
            ["mailbox_login_refused"],
            id="refused",
        ),
        pytest.param({"last_synced_at": None}, ["not_looked_at"], id="never"),
        pytest.param(
            {"last_synced_at": (NOW - timedelta(hours=2)).isoformat()}, ["not_looked_at"], id="long-ago"
        ),
        pytest.param(
            {"adds_up": False, "totals": {"held": 3}}, ["ledger_does_not_add_up", "held"], id="unaccounted"
        ),
    ],
)
def test_a_mailbox_that_does_not_work_is_told_with_its_cause(
    differently: dict[str, Any], codes: list[str]
) -> None:
    found = list(doctor.on_mailbox(_mailbox(**differently), now=NOW))
    assert [one.code for one in found if not one.is_well] == codes
    assert all(all(one.said) and bool(one.advice[0]) == bool(one.advice[1]) for one in found)


def test_a_copy_counts_only_when_it_is_proven_and_fresh() -> None:
    def ill(page: dict[str, Any]) -> list[str]:
        return [one.code for one in doctor.on_backups(page, now=NOW) if not one.is_well]

    fresh, old = _copy(hours=25), _copy(hours=27)
    failed = _copy(hours=1, error={"code": "backup_place_full", "detail": "no space"})
    assert ill({"items": [fresh], "proven": fresh}) == []
    assert ill({"items": [fresh], "proven": old}) == ["no_fresh_proven_copy"]
    assert ill({"items": [], "proven": None}) == ["no_fresh_proven_copy"]
    assert ill({"items": [failed], "proven": fresh}) == ["backup_place_full"]


def test_a_fault_of_whoever_checks_addresses_and_parked_events_are_told() -> None:
    checks = [
        next(iter(doctor.on_checks({"fault": fault, "waiting": 7}))).is_well for fault in ("", "HTTP 500")
    ]
    events = [next(iter(doctor.on_events({"total": total}))).is_well for total in (0, 2)]
    assert checks == events == [True, False]
