"""Refusing what was sent, with every field that is at fault."""

from collections.abc import Iterable

from mycrm_common.errors import FieldFault, Kind, MyCRMError


def refuse(faults: Iterable[FieldFault]) -> None:
    """Raise `request_invalid` with all the faults, if there are any."""
    found = tuple(faults)
    if found:
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in found)
        raise MyCRMError("request_invalid", Kind.INVALID, detail, errors=found)


def under(error: MyCRMError, *, field: str) -> MyCRMError:
    """Return an error whose faults lie in a field that has fields itself."""
    faults = [
        FieldFault(field=f"{field}.{fault.field}", code=fault.code, message=fault.message)
        for fault in error.errors
    ]
    return MyCRMError(error.code, error.kind, error.detail, errors=faults)


def fault_of(error: MyCRMError, *, field: str) -> FieldFault:
    """Return an error as the fault of one field."""
    return FieldFault(field=field, code=error.code, message=error.detail)
