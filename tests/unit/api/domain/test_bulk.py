"""What may be asked of many customers at once."""

import pytest

from mycrm_api.domain.bulk import MOST_CHARACTERS, Bulk, check_bulk
from mycrm_common.errors import MyCRMError


def test_ids_that_are_given_twice_are_named_by_place_and_not_all_of_many() -> None:
    with pytest.raises(MyCRMError) as caught:
        check_bulk([5, 6, 5, 6], {})
    assert [fault.field for fault in caught.value.errors] == ["ids.2", "ids.3"]

    with pytest.raises(MyCRMError) as caught:
        check_bulk([1] * 10_000, {})
    assert len(caught.value.errors) == 20


def test_texts_count_together() -> None:
    check_bulk(range(1, 101), {"comment": "x" * (MOST_CHARACTERS // 100), "importance": 10**9})

    with pytest.raises(MyCRMError) as caught:
        check_bulk(range(1, 102), {"comment": "x" * (MOST_CHARACTERS // 100)})
    assert [(fault.field, fault.code) for fault in caught.value.errors] == [("set.comment", "text_long")]


def test_an_act_tells_who_was_missing_in_the_order_asked() -> None:
    done = Bulk.of([9, 1, 8, 2], held=[1, 2], changed=1, change_id="c")

    assert done == Bulk(change_id="c", changed=1, unchanged=1, missing=[9, 8])
    assert Bulk.of([1], held=[1], changed=0, change_id="c").change_id is None
