"""Every table, by noun. One service writes a table (`info["owner"]`); everybody may read it."""

from importlib import import_module

from sqlalchemy import MetaData

from mycrm_common.db.tables.registry import metadata

_NOUNS = (
    "backups",
    "checks",
    "customers",
    "events",
    "followups",
    "imports",
    "lists",
    "logs",
    "mailboxes",
    "messages",
    "requests",
    "search",
    "settings",
    "users",
)


def all_tables() -> MetaData:
    """Return the whole schema."""
    for noun in _NOUNS:
        import_module(f"{__name__}.{noun}")
    return metadata
