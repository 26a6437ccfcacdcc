"""Which uid of which folder is in which state."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, or_, select

from mycrm_common.db.tables.mailboxes import locations
from mycrm_common.work import Reading, Work
from mycrm_mail_fetcher.ports.ledger import OUTSIDE_WINDOW, Place, PlaceState


async def settled(reading: Reading, uids: Collection[int], *, folder_id: int, uid_validity: int) -> set[int]:
    """Those of the uids that need not be looked at again, whatever the window is."""
    found = select(locations.c.uid).where(
        locations.c.folder_id == folder_id,
        locations.c.uid_validity == uid_validity,
        locations.c.uid.in_(uids),
        or_(locations.c.state != PlaceState.IGNORED, locations.c.reason != OUTSIDE_WINDOW),
    )
    return set((await reading.connection.execute(found)).scalars())


async def put(
    work: Work,
    places: Sequence[Place],
    *,
    folder_id: int,
    uid_validity: int,
    message_ids: Mapping[bytes, int],
) -> None:
    """Write the places, over what stood there before."""
    if not places:
        return
    await work.connection.execute(
        delete(locations).where(
            locations.c.folder_id == folder_id,
            locations.c.uid_validity == uid_validity,
            locations.c.uid.in_([place.uid for place in places]),
        )
    )
    rows = [
        {
            "folder_id": folder_id,
            "uid_validity": uid_validity,
            "uid": place.uid,
            "state": place.state.value,
            "reason": place.reason[:80],
            "detail": place.detail[:1000],
            "message_id": message_ids[place.content_key] if place.content_key else None,
            "internal_date": place.internal_date,
            "size": place.size,
            "attempts": int(place.state is PlaceState.HELD),
        }
        for place in places
    ]
    await work.connection.execute(insert(locations), rows)


async def forget_other_validities(work: Work, folder_id: int, *, uid_validity: int) -> None:
    """Remove places whose uids mean nothing any more."""
    await work.connection.execute(
        delete(locations).where(locations.c.folder_id == folder_id, locations.c.uid_validity != uid_validity)
    )
