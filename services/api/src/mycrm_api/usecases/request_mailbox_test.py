"""Ask mail-fetcher whether mailbox settings work; what is not given is taken from the stored ones.

The stored password is tried with the stored server and account only: with another server it would be told to whoever
runs that one.
"""

from collections.abc import Mapping

from mycrm_api.domain.faults import refuse
from mycrm_api.domain.settings import Value, read_settings, secret_faults, setting_faults
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import Box, SettingsStore
from mycrm_common.errors import FieldFault
from mycrm_common.events.mailboxes import MailboxTestRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork

_ACCESS = ("mail_host", "mail_port", "mail_username")
_PASSWORD = "mail_password"  # noqa: S105 - the setting's name


async def request_mailbox_test(
    given: Mapping[str, Value],
    *,
    password: str | None,
    settings: SettingsStore,
    requests: Requests,
    box: Box,
    unit: UnitOfWork,
) -> str:
    """Return the request's id; without a password the stored one is tried, which never leaves its table."""
    refuse([*setting_faults(given), *secret_faults({_PASSWORD: password})])
    async with unit() as work:
        stored = read_settings(await settings.stored(work))
        access = {**stored, **given}
        known = {name: access[name] for name in _ACCESS}
        has_tokens = stored["mail_oauth_provider"] != ""
        if not password and not has_tokens and await settings.sealed(work, _PASSWORD) is None:
            known[_PASSWORD] = ""
        refuse(_missing(known))
        if not password:
            refuse(_elsewhere(known, stored))
        request_id = new_id(work.at)
        await requests.put_request(
            work,
            request_id,
            noun="mailbox",
            verb="test",
            parameters={name: access[name] for name in _ACCESS} | {"stored_password": not password},
            sealed=box.seal(password, name=f"request:{request_id}") if password else None,
        )
        work.tell(MailboxTestRequested(request_id=request_id))
        return request_id


def _missing(access: Mapping[str, Value]) -> list[FieldFault]:
    return [
        FieldFault(field=name, code="field_missing", message="the mailbox needs it")
        for name, value in access.items()
        if value == ""
    ]


def _elsewhere(access: Mapping[str, Value], stored: Mapping[str, Value]) -> list[FieldFault]:
    if all(access[name] == stored[name] for name in _ACCESS):
        return []
    message = "the stored password is only tried with the stored server and account"
    return [FieldFault(field=_PASSWORD, code="password_required", message=message)]
