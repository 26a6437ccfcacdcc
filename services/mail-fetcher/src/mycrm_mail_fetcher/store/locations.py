"""Which uid of which folder is in which set: stored and held ones a row each, ignored ones as runs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, or_, select, update

from mycrm_common.db.dialects import insert_rows
from mycrm_common.db.tables.mailboxes import held_mails, locations
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.domain.accounts import Named, Rule
from mycrm_mail_fetcher.domain.uid_sets import UidSet
from mycrm_mail_fetcher.ports.ledger import FolderKey, Place, PlaceState
from mycrm_mail_fetcher.store import uid_runs

MOST_ATTEMPTS = 5
_ROWS_AT_ONCE = 20_000
_LOST, _RETRY = "lost", "retry"


async def named(reading: Reading, folder: FolderKey) -> Named:
    """All sets of the folder."""
    kind = case(
        (and_(locations.c.state == PlaceState.STORED, locations.c.message_id.is_(None)), _LOST),
        (and_(locations.c.state == PlaceState.HELD, locations.c.attempts < MOST_ATTEMPTS), _RETRY),
        else_=locations.c.state,
    )
    found, last = defaultdict[str, UidSet](UidSet), 0
    while True:
        rows = (
            await reading.connection.execute(
                select(locations.c.uid, kind)
                .where(_of(folder), locations.c.uid > last)
                .order_by(locations.c.uid)
                .limit(_ROWS_AT_ONCE)
            )
        ).all()
        for name, uids in _by_kind((uid, str(name)) for uid, name in rows):
            found[name] |= UidSet(uids)
        if len(rows) < _ROWS_AT_ONCE:
            break
        last = rows[-1][0]
    return Named(
        stored=found[PlaceState.STORED],
        lost=found[_LOST],
        held=found[PlaceState.HELD] | found[_RETRY],
        retry=found[_RETRY],
        ignored=await uid_runs.of_folder(reading, folder),
    )


def _by_kind(rows: Iterable[tuple[int, str]]) -> Iterable[tuple[str, list[int]]]:
    kinds = defaultdict[str, list[int]](list)
    for uid, kind in rows:
        kinds[kind].append(uid)
    return kinds.items()


async def count(reading: Reading, folder: FolderKey) -> int:
    """How many uids the ledger names in the folder."""
    placed = select(func.count()).select_from(locations).where(_of(folder))
    return int((await reading.connection.execute(placed)).scalar_one()) + await uid_runs.count(
        reading, folder
    )


async def put(
    work: Work, places: Sequence[Place], *, folder: FolderKey, message_ids: Mapping[bytes, int]
) -> None:
    """Write the places, over what stood there before."""
    if not places:
        return
    uids = UidSet(place.uid for place in places)
    attempts: dict[int, int] = {}
    if await _is_anything_near(work, uids, folder):
        attempts = await _attempts(work, places, folder)
        await _delete_places(work, uids, folder)
        await uid_runs.remove(work, uids, folder=folder)
    for rule in Rule:
        ignored = UidSet(place.uid for place in places if _is_under(rule, place))
        await uid_runs.add(work, ignored, folder=folder, rule=rule)
    same = {"folder_id": folder.folder_id, "uid_validity": folder.uid_validity}
    await insert_rows(
        work.connection,
        locations,
        ("uid", "message_id", "internal_date", "size", "reason", "detail"),
        [
            (place.uid, _message_of(place, message_ids), place.internal_date, place.size, *_why(place))
            for place in places
            if place.state is PlaceState.STORED
        ],
        same=same | {"state": PlaceState.STORED.value, "attempts": 0},
    )
    await insert_rows(
        work.connection,
        locations,
        ("uid", "message_id", "internal_date", "size", "reason", "detail", "attempts"),
        [
            (
                place.uid,
                _message_of(place, message_ids),
                place.internal_date,
                place.size,
                *_why(place),
                attempts.get(place.uid, 0) + 1,
            )
            for place in places
            if place.state is PlaceState.HELD
        ],
        same=same | {"state": PlaceState.HELD.value},
    )
    await _keep_beginnings(work, places, folder)


async def ignore(work: Work, uids: UidSet, *, folder: FolderKey, rule: Rule) -> None:
    """Put uids that stand in no other set under a rule."""
    await uid_runs.add(work, uids, folder=folder, rule=rule)


async def forget(work: Work, uids: UidSet, *, folder: FolderKey) -> None:
    """Take uids out of every set: the folder has them no more."""
    await _delete_places(work, uids, folder)
    await uid_runs.remove(work, uids, folder=folder)


async def free_held(work: Work, *, folder_id: int | None = None, uid: int | None = None) -> None:
    """Let held mail be asked for again at the next comparison: one, those of a folder, or all."""
    chosen = [locations.c.state == PlaceState.HELD]
    if folder_id is not None:
        chosen.append(locations.c.folder_id == folder_id)
    if uid is not None:
        chosen.append(locations.c.uid == uid)
    await work.connection.execute(update(locations).where(*chosen).values(attempts=0))


async def forget_other_validities(work: Work, folder: FolderKey) -> None:
    """Remove sets whose uids mean nothing any more."""
    for table in (locations, held_mails):
        await work.connection.execute(
            delete(table).where(
                table.c.folder_id == folder.folder_id, table.c.uid_validity != folder.uid_validity
            )
        )
    await uid_runs.forget_other_validities(work, folder)


def _message_of(place: Place, message_ids: Mapping[bytes, int]) -> int | None:
    return message_ids[place.content_key] if place.content_key else None


def _why(place: Place) -> tuple[str, str]:
    return place.reason[:80], place.detail[:1000]


def _is_under(rule: Rule, place: Place) -> bool:
    return place.state is PlaceState.IGNORED and place.reason == rule


async def _is_anything_near(reading: Reading, uids: UidSet, folder: FolderKey) -> bool:
    """Say whether one of the uids, or one between them, may be in some set; of new mail none is."""
    first, last = next(iter(uids)), next(reversed(uids))
    places = (
        exists().where(
            table.c.folder_id == folder.folder_id,
            table.c.uid_validity == folder.uid_validity,
            table.c.uid.between(first, last),
        )
        for table in (locations, held_mails)
    )
    runs = exists().where(uid_runs.reaching(folder, first, last))
    return bool((await reading.connection.execute(select(or_(*places, runs)))).scalar_one())


async def _attempts(reading: Reading, places: Sequence[Place], folder: FolderKey) -> dict[int, int]:
    """How often each of the mails that are held now has been held before."""
    held = [place.uid for place in places if place.state is PlaceState.HELD]
    if not held:
        return {}
    wanted = select(locations.c.uid, locations.c.attempts).where(_of(folder), locations.c.uid.in_(held))
    return {row.uid: row.attempts for row in await reading.connection.execute(wanted)}


async def _delete_places(work: Work, uids: UidSet, folder: FolderKey) -> None:
    for table in (locations, held_mails):
        for window in uids.windows(500):
            await work.connection.execute(
                delete(table).where(
                    table.c.folder_id == folder.folder_id,
                    table.c.uid_validity == folder.uid_validity,
                    table.c.uid.in_(window),
                )
            )


async def _keep_beginnings(work: Work, places: Sequence[Place], folder: FolderKey) -> None:
    rows = [
        {
            "folder_id": folder.folder_id,
            "uid_validity": folder.uid_validity,
            "uid": place.uid,
            "beginning": place.beginning,
            "held_at": work.at,
        }
        for place in places
        if place.state is PlaceState.HELD and place.beginning
    ]
    if rows:
        await work.connection.execute(insert(held_mails), rows)


def _of(folder: FolderKey) -> ColumnElement[bool]:
    return and_(locations.c.folder_id == folder.folder_id, locations.c.uid_validity == folder.uid_validity)
