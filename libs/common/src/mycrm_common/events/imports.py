"""How imports of customers get on."""

from mycrm_common.events.registry import Event, event


@event("import.progressed.v1", subject="import_id")
class ImportProgressed(Event):
    """An import is in another state, or so much further that it shows; `total` is not known while a file is read."""

    import_id: int
    state: str
    done: int
    total: int | None
