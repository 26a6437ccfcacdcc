"""What mail-fetcher can be told from outside; host, user and password of the mailbox are set on the page."""

from pathlib import Path

from pydantic import Field

from mycrm_common.settings import Settings


class MailFetcherSettings(Settings):
    """Which mail is ours, what is left aside, whom to trust, how often to look."""

    mailbox_exclude: str = Field("Drafts,Templates", description="comma list of folders that are left aside")
    mailbox_address: str = Field(
        "", description="comma list of addresses whose mail is sent by us; the login when empty"
    )
    mailbox_admin: str = Field("", description="display name whose mail is a system notice")
    mailbox_ca_file: Path | None = Field(
        None, description="one more certificate authority to trust for the mailbox"
    )
    fetch_interval_seconds: float = Field(
        60, ge=1, le=86_400, description="how often every folder is looked at"
    )
