"""What happened to customers."""

from mycrm_common.events.registry import Event, event


@event("customer.added.v1", subject="customer_id")
class CustomerAdded(Event):
    """A customer was added, imported or brought back."""

    customer_id: int
    email: str
    previous_email: str | None = None
    version: int
    changed: tuple[str, ...] = ()


@event("customer.updated.v1", subject="customer_id")
class CustomerUpdated(Event):
    """Fields of a customer were changed by a person or an import; `previous_email` is set when that moved."""

    customer_id: int
    email: str
    previous_email: str | None = None
    version: int
    changed: tuple[str, ...] = ()


@event("customer.deleted.v1", subject="customer_id")
class CustomerDeleted(Event):
    """A customer left the list; its mail stays."""

    customer_id: int
    email: str
    previous_email: str | None = None
    version: int
    changed: tuple[str, ...] = ()
