"""Sets of ids: the same as Python's, however they are stored."""

from hypothesis import given
from hypothesis import strategies as some

from mycrm_api.domain.id_sets import SPAN, bits_of, id_set, joined, places_of, read, size_of, stored

PLACES = some.sets(some.integers(0, SPAN - 1), max_size=40) | some.integers(1, 90).map(
    lambda step: set(range(step, SPAN, step))
)
IDS = some.sets(some.integers(0, 5 * SPAN) | some.integers(2**40, 2**40 + 9), max_size=30)


@given(places=PLACES)
def test_a_set_is_read_as_it_was_stored(places: set[int]) -> None:
    data = stored(bits_of(places))

    assert set(places_of(read(data))) == places
    assert list(places_of(read(data))) == sorted(places)
    assert size_of(data) == len(places)
    assert len(data) <= SPAN // 8 + 1


@given(first=PLACES, second=PLACES)
def test_places_that_are_added_stay_beside_the_old_ones(first: set[int], second: set[int]) -> None:
    data = joined(joined(None, sorted(first)), sorted(second))

    assert set(places_of(read(data))) == first | second


def test_adding_what_is_there_changes_no_byte() -> None:
    for places in ({5, 9}, set(range(0, SPAN, 3))):
        data = joined(None, sorted(places))
        assert joined(data, [min(places)]) == data


@given(first=IDS, second=IDS)
def test_sets_of_ids_are_met_joined_and_taken_away(first: set[int], second: set[int]) -> None:
    one, other = id_set(first), id_set(second)

    assert list(one) == sorted(first)
    assert set(one & other) == first & second
    assert set(one | other) == first | second
    assert set(one - other) == first - second
    assert len(one - other) == len(first - second)
    assert all(member in one for member in first)
    assert not any(member in one for member in second - first)
