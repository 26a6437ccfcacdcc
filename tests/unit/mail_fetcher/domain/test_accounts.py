"""Every uid in one named set."""

from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.accounts import Named, Rule, compare
from mycrm_mail_fetcher.domain.uid_sets import UidSet

sets = st.sets(st.integers(1, 60)).map(UidSet)
FATES = ("stored", "lost", "held", "retry", "outside", "removed", "unknown")


def folder(fates: dict[int, str]) -> Named:
    """A ledger that says this of each uid."""
    of = {fate: UidSet(uid for uid, said in fates.items() if said == fate) for fate in FATES}
    return Named(
        stored=of["stored"],
        lost=of["lost"],
        held=of["held"] | of["retry"],
        retry=of["retry"],
        ignored={Rule.OUTSIDE_WINDOW: of["outside"], Rule.REMOVED: of["removed"]},
    )


@given(server=sets, recent=sets, fates=st.dictionaries(st.integers(1, 60), st.sampled_from(FATES)))
def test_after_a_comparison_every_uid_of_the_server_is_named_once_or_looked_at(
    server: UidSet, recent: UidSet, fates: dict[int, str]
) -> None:
    named = folder(fates)
    account = compare(server, recent, named, known_up_to=0)
    left = named.all - account.vanished
    assert (left | account.outside | account.fetch) & server == server
    assert not (left | account.outside | account.fetch) - server
    assert not account.outside & left
    assert not account.outside & account.fetch
    settled = named.stored | named.ignored[Rule.REMOVED]
    assert not account.fetch & settled


def test_what_is_older_than_the_window_is_only_named() -> None:
    account = compare(UidSet(range(1, 11)), UidSet([9, 10]), Named(), known_up_to=0)
    assert (account.fetch, account.outside) == (UidSet([9, 10]), UidSet(range(1, 9)))
    assert not account.missing


def test_a_wider_window_takes_what_was_outside_and_not_what_was_removed() -> None:
    named = Named(ignored={Rule.OUTSIDE_WINDOW: UidSet([1, 2, 3]), Rule.REMOVED: UidSet([4])})
    account = compare(UidSet(range(1, 5)), UidSet([2, 3, 4]), named, known_up_to=4)
    assert (account.fetch, account.missing) == (UidSet([2, 3]), UidSet())


def test_what_should_be_there_and_is_not_is_missing() -> None:
    named = Named(stored=UidSet([1]), lost=UidSet([2]))
    account = compare(UidSet([1, 2, 3, 4]), UidSet([3, 4]), named, known_up_to=3)
    assert account.missing == UidSet([2, 3])
    assert (account.anyway, account.fetch) == (UidSet([2]), UidSet([2, 3, 4]))


def test_lost_mail_that_the_server_has_no_more_has_vanished() -> None:
    account = compare(UidSet([1]), UidSet([1]), Named(stored=UidSet([1]), lost=UidSet([2])), known_up_to=2)
    assert (account.vanished, account.fetch, account.missing) == (UidSet([2]), UidSet(), UidSet())
