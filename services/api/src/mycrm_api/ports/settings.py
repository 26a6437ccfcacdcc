"""What people set while MyCRM runs, and how secrets are sealed."""

from collections.abc import Mapping
from typing import Protocol

from mycrm_common.work import Reading, Work


class Box(Protocol):
    """Seals small texts, to be opened under the same name only."""

    def seal(self, text: str, *, name: str) -> str:
        """Return the text encrypted."""
        ...

    def open(self, sealed: str, *, name: str) -> str:
        """Return the text; a wrong key or name is `secret_unreadable`."""
        ...


class SettingsStore(Protocol):
    """What people set while MyCRM runs, and the secrets."""

    async def stored(self, reading: Reading) -> dict[str, str | None]:
        """Return everything that is written down."""
        ...

    async def put_settings(self, work: Work, values: Mapping[str, str]) -> None:
        """Write some settings down."""
        ...

    async def secret_names(self, reading: Reading) -> set[str]:
        """Return the names of the secrets that are set."""
        ...

    async def sealed(self, reading: Reading, name: str) -> str | None:
        """Return a secret as it is kept, sealed."""
        ...

    async def put_secret(self, work: Work, name: str, *, sealed_text: str) -> None:
        """Keep a sealed secret under its name."""
        ...

    async def forget_secret(self, work: Work, name: str) -> None:
        """Keep a secret no longer."""
        ...
