"""Which hosts are trusted, each by its key."""

from sqlalchemy import select

from mycrm_common.db.dialects import upsert
from mycrm_common.db.tables.backups import backup_hosts as hosts
from mycrm_common.work import Reading, Work


async def key_of(reading: Reading, host: str) -> str:
    """The key by which a host was trusted; nothing where it was not."""
    wanted = select(hosts.c.host_key).where(hosts.c.host == host)
    return (await reading.connection.execute(wanted)).scalar_one_or_none() or ""


async def trust(work: Work, host: str, *, host_key: str, fingerprint: str) -> None:
    """Trust a host by a key from now on, and by no other."""
    row = {"host": host, "host_key": host_key, "fingerprint": fingerprint, "trusted_at": work.at}
    await work.connection.execute(upsert(work.connection, hosts, row, key="host"))
