"""Change what people set while MyCRM runs."""

from collections.abc import Mapping

from mycrm_api.domain.faults import refuse
from mycrm_api.domain.secret_places import is_in_use, misled_secrets, secret_fault
from mycrm_api.domain.settings import Value, read_settings, secret_faults, setting_faults
from mycrm_api.ports.settings import Box, SettingsStore
from mycrm_common.errors import MyCRMError
from mycrm_common.events.settings import SettingsChanged
from mycrm_common.work import UnitOfWork, Work


async def change_settings(
    changes: Mapping[str, Value],
    *,
    secrets: Mapping[str, str | None],
    settings: SettingsStore,
    box: Box,
    unit: UnitOfWork,
) -> None:
    """Write what differs, and tell its names; a secret that is None is forgotten."""
    refuse([*setting_faults(changes), *secret_faults(secrets)])
    async with unit() as work:
        stored = await settings.stored(work)
        present = read_settings(stored)
        kept = await settings.secret_names(work)
        misled = misled_secrets(changes, present=present, stored=kept, entered=secrets)
        after = {**present, **changes}
        wanted = [name for name in misled if is_in_use(name, after)]
        refuse(secret_fault(name) for name in wanted)
        # One that is not in use is worth nothing at the new place, and nobody is asked for it.
        secrets = {**dict.fromkeys(misled), **secrets}
        # What was never written is written even at its default: a later version's default changes nothing then.
        differing = {
            name: str(value)
            for name, value in changes.items()
            if value != present[name] or stored.get(name) is None
        }
        await settings.put_settings(work, differing)
        told = [name for name in changes if changes[name] != present[name]]
        for name, text in secrets.items():
            if await _change_secret(work, name, text, settings=settings, box=box):
                told.append(name)
        if told:
            work.tell(SettingsChanged(names=tuple(sorted(told))))


async def _change_secret(
    work: Work, name: str, text: str | None, *, settings: SettingsStore, box: Box
) -> bool:
    """Keep or forget one secret; False when that changes nothing."""
    sealed = await settings.sealed(work, name)
    if text is None:
        await settings.forget_secret(work, name)
        return sealed is not None
    if sealed is not None and _opened(sealed, name, box=box) == text:
        return False
    await settings.put_secret(work, name, sealed_text=box.seal(text, name=name))
    return True


def _opened(sealed: str, name: str, *, box: Box) -> str | None:
    try:
        return box.open(sealed, name=name)
    except MyCRMError:
        return None  # It was sealed with another key: whatever is entered now is new.
