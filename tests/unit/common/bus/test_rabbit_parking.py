"""What the headers of a dead letter say about who gave it up, and why."""

from typing import Any

import pytest

from mycrm_common.bus.port import SetAside
from mycrm_common.bus.rabbit_parking import set_aside

QUEUE = "mycrm.api.contact.v1"


def _death(**said: Any) -> dict[str, Any]:
    return {"x-death": [{"queue": QUEUE, "reason": "delivery_limit", "count": 1} | said]}


def test_a_dead_letter_names_its_queue_the_reason_and_how_often() -> None:
    assert set_aside(b"x", _death()) == SetAside(
        body=b"x", consumer=QUEUE, reason=f"dead letter of {QUEUE}: delivery_limit, 1 x", attempts=21
    )


def test_the_newest_death_counts() -> None:
    older = {"queue": "q.other", "reason": "expired", "count": 3}
    headers = _death(reason="rejected", count=2)
    headers["x-death"].append(older)

    aside = set_aside(b"", headers)

    assert (aside.consumer, aside.attempts) == (QUEUE, 1)
    assert aside.reason.endswith("rejected, 2 x")


def test_what_our_own_feed_parked_carries_its_words() -> None:
    aside = set_aside(b"", {"mycrm-consumer": QUEUE, "mycrm-reason": "JSONDecodeError: no"})

    assert (aside.consumer, aside.reason) == (QUEUE, "JSONDecodeError: no")


def test_the_brokers_word_stands_above_what_a_publisher_wrote() -> None:
    headers = _death() | {"mycrm-consumer": "mycrm.forged.use.v1", "mycrm-reason": "forged"}

    assert set_aside(b"", headers).consumer == QUEUE
    assert "forged" not in set_aside(b"", headers).reason


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-death": None},
        {"x-death": "text"},
        {"x-death": [None]},
        _death(queue=7, reason=None),
        _death(queue="客户", reason=b"\xff", count="many"),
        _death(queue="q" * 81),
        _death(queue="two\nlines"),
        _death(queue="客", reason="half \ud800"),
        {"mycrm-consumer": b"\xff", "mycrm-reason": 7},
        {"mycrm-reason": "long" * 10_000},
    ],
    ids=lambda headers: str(headers)[:40],
)
def test_whatever_the_headers_hold_gives_values_that_can_be_stored(headers: dict[str, Any]) -> None:
    aside = set_aside(b"", headers)

    assert aside.consumer == ""
    assert 0 < len(aside.reason) <= 1_000
    aside.reason.encode("utf-8")
