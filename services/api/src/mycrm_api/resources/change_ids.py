"""How a write names the change that it made, so that it can be undone."""

from collections.abc import Mapping

CHANGE_HEADER = "Change-Id"


def change_headers(change_id: str | None) -> Mapping[str, str]:
    """Return the header that names a change; a write that changed nothing has none."""
    return {} if change_id is None else {CHANGE_HEADER: change_id}
