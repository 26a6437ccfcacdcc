"""Take fields of a customer as people send them: checked, the e-mail in its usual form, the comment harmless.

Rich text can be made to be slow to clean, so that is done in a thread, away from the loop.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from mycrm_api.domain.customers import field_faults
from mycrm_api.domain.faults import fault_of, refuse
from mycrm_api.ports.customers import Addresses, RichText
from mycrm_common.errors import FieldFault, MyCRMError


async def accept_customer(
    sent: Mapping[str, Any], *, addresses: Addresses, rich_text: RichText
) -> dict[str, Any]:
    """Return the fields as they may be stored, or refuse them with every fault."""
    faults = field_faults(sent)
    accepted = dict(sent)
    if "email" in sent and not _concerns(faults, "email"):
        try:
            accepted["email"] = addresses.checked(sent["email"])
        except MyCRMError as error:
            faults.append(fault_of(error, field="email"))
    refuse(faults)
    if "comment" in sent:
        accepted["comment"] = await asyncio.to_thread(rich_text.cleaned, sent["comment"])
    return accepted


def _concerns(faults: list[FieldFault], field: str) -> bool:
    return any(fault.field == field for fault in faults)
