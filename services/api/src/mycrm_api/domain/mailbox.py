"""The team's mailbox, as far as the API tells of it; mail-fetcher reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mycrm_api.domain.ledger import Counts, FolderLedger, Trouble, totals

MailboxState = Literal["not_configured", "idle", "syncing", "failed"]


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """How the mailbox is doing."""

    state: MailboxState
    last_synced_at: datetime | None
    error: Trouble | None
    folders: tuple[FolderLedger, ...]

    @property
    def totals(self) -> Counts:
        """All folders together."""
        return totals(self.folders)

    @property
    def adds_up(self) -> bool:
        """Tell whether each folder adds up: one that has too many does not make up for one that has too few."""
        return all(folder.adds_up for folder in self.folders)
