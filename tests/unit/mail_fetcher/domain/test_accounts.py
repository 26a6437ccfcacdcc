"""Every uid in one named set."""

from functools import reduce
from operator import or_

from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.accounts import Named, Rule, compare
from mycrm_mail_fetcher.domain.uid_sets import UidSet

sets = st.sets(st.integers(1, 60)).map(UidSet)
FATES = ("stored", "lost", "held", "retry", "outside", "removed", "draft", "unknown")


def folder(fates: dict[int, str]) -> Named:
    """A ledger that says this of each uid."""
    of = {fate: UidSet(uid for uid, said in fates.items() if said == fate) for fate in FATES}
    return Named(
        stored=of["stored"],
        lost=of["lost"],
        held=of["held"] | of["retry"],
        retry=of["retry"],
        ignored={Rule.OUTSIDE_WINDOW: of["outside"], Rule.REMOVED: of["removed"], Rule.DRAFT: of["draft"]},
    )


@given(
    server=sets, recent=sets, drafts=sets, fates=st.dictionaries(st.integers(1, 60), st.sampled_from(FATES))
)
def test_after_a_comparison_every_uid_of_the_server_is_named_once_or_looked_at(
    server: UidSet, recent: UidSet, drafts: UidSet, fates: dict[int, str]
) -> None:
    named = folder(fates)
    account = compare(server, recent, named, known_up_to=0, aside={Rule.DRAFT: drafts & server})
    left = named.all - account.vanished
    ignored = reduce(or_, account.ignore.values())
    assert len(ignored) == sum(len(uids) for uids in account.ignore.values())
    assert left | ignored | account.fetch == server
    assert not ignored & (left | account.fetch)
    assert not account.fetch & drafts & named.ignored[Rule.DRAFT]
    settled = named.stored | named.ignored[Rule.REMOVED]
    assert not account.fetch & settled


def test_what_is_older_than_the_window_is_only_named() -> None:
    account = compare(UidSet(range(1, 11)), UidSet([9, 10]), Named(), known_up_to=0)
    assert (account.fetch, account.ignore[Rule.OUTSIDE_WINDOW]) == (UidSet([9, 10]), UidSet(range(1, 9)))
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


def test_a_draft_that_was_finished_and_a_label_that_was_taken_off_are_looked_at() -> None:
    named = Named(ignored={Rule.DRAFT: UidSet([1, 2]), Rule.EXCLUDED: UidSet([3, 4])})
    aside = {Rule.DRAFT: UidSet([1]), Rule.EXCLUDED: UidSet([3])}
    account = compare(UidSet(range(1, 5)), UidSet(range(1, 5)), named, known_up_to=4, aside=aside)
    assert (account.fetch, account.missing) == (UidSet([2, 4]), UidSet())
