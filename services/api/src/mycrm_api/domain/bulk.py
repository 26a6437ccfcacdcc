"""Acts on many customers at once: what may be asked, and what became of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mycrm_api.domain.faults import refuse
from mycrm_common.errors import FieldFault

# One transaction: what waits for it, waits for all of it.
MOST_CUSTOMERS = 2_000
MOST_CHARACTERS = 5_000_000
_MOST_FAULTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """What became of an act on many customers; `change_id` undoes it, None where nothing was changed."""

    change_id: str | None
    changed: int
    unchanged: int
    missing: Sequence[int]

    @classmethod
    def of(cls, asked: Sequence[int], *, held: Collection[int], changed: int, change_id: str) -> "Bulk":
        """Return what became of those that were asked for, of whom `held` were there."""
        there = frozenset(held)
        return cls(
            change_id=change_id if changed else None,
            changed=changed,
            unchanged=len(there) - changed,
            missing=[one for one in asked if one not in there],
        )


def check_bulk(customer_ids: Sequence[int], changes: Mapping[str, Any]) -> None:
    """Refuse ids that are given twice, and texts that would be too long together."""
    twice = {one for one, times in Counter(customer_ids).items() if times > 1}
    seen: set[int] = set()
    faults: list[FieldFault] = []
    for place, one in enumerate(customer_ids):
        if one in twice and one in seen and len(faults) < _MOST_FAULTS:
            message = f"{one} is given more than once"
            faults.append(FieldFault(field=f"ids.{place}", code="field_twice", message=message))
        seen.add(one)
    for name, value in changes.items():
        if isinstance(value, str) and len(value) * len(customer_ids) > MOST_CHARACTERS:
            message = f"at most {MOST_CHARACTERS} characters for all of them together"
            faults.append(FieldFault(field=f"set.{name}", code="text_long", message=message))
    refuse(faults)
