"""Ask mail-fetcher whether mailbox settings work; what is not given is taken from the stored ones."""

import json
from collections.abc import Mapping

from mycrm_api.domain.faults import refuse
from mycrm_api.domain.mail_access import mail_access
from mycrm_api.domain.settings import Value, read_settings, secret_faults, setting_faults
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import Box, SettingsStore
from mycrm_common.events.mailboxes import MailboxTestRequested
from mycrm_common.ids import new_id
from mycrm_common.work import UnitOfWork


async def request_mailbox_test(
    given: Mapping[str, Value],
    *,
    secrets: Mapping[str, str],
    settings: SettingsStore,
    requests: Requests,
    box: Box,
    unit: UnitOfWork,
) -> str:
    """Return the request's id; a secret that was not typed is the stored one, which never leaves its table."""
    refuse([*setting_faults(given), *secret_faults(secrets)])
    async with unit() as work:
        access = mail_access(
            given,
            typed=secrets,
            stored=read_settings(await settings.stored(work)),
            stored_secrets=await settings.secret_names(work),
        )
        refuse(access.faults())
        request_id = new_id(work.at)
        typed = {name: secrets[name] for name in sorted(access.typed)}
        await requests.put_request(
            work,
            request_id,
            noun="mailbox",
            verb="test",
            parameters={**access.settings, "stored_secrets": sorted(access.kept)},
            sealed=box.seal(json.dumps(typed), name=f"request:{request_id}") if typed else None,
        )
        work.tell(MailboxTestRequested(request_id=request_id))
        return request_id
