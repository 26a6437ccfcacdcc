"""Settings in the config table, and secrets in a table of their own."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.settings import config, secrets
from mycrm_common.work import Reading, Work


async def stored(reading: Reading) -> dict[str, str | None]:
    """Return everything that the config table holds."""
    rows = await reading.connection.execute(select(config))
    return {row.parameter: row.value for row in rows}


async def put_settings(work: Work, values: Mapping[str, str]) -> None:
    """Write some settings down."""
    for name, value in sorted(values.items()):
        row = {"parameter": name, "value": value}
        await work.connection.execute(upsert(work.connection, config, row, key="parameter"))


async def secret_names(reading: Reading) -> set[str]:
    """Return the names of the secrets that are set."""
    return set((await reading.connection.execute(select(secrets.c.name))).scalars())


async def sealed(reading: Reading, name: str) -> str | None:
    """Return a secret as it is kept, sealed."""
    wanted = select(secrets.c.sealed).where(secrets.c.name == name)
    found: str | None = (await reading.connection.execute(wanted)).scalar_one_or_none()
    return found


async def put_secret(work: Work, name: str, *, sealed_text: str) -> None:
    """Keep a sealed secret under its name."""
    row = {"name": name, "sealed": sealed_text, "updated_at": work.at}
    await work.connection.execute(upsert(work.connection, secrets, row, key="name"))


async def forget_secret(work: Work, name: str) -> None:
    """Keep a secret no longer."""
    await work.connection.execute(delete(secrets).where(secrets.c.name == name))
