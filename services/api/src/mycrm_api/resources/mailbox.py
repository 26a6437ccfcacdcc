"""The team's mailbox: how it is doing, what became of each mail in it, and what one can ask of it."""

from datetime import datetime
from typing import Any

from pydantic import Field

from mycrm_api.domain.ledger import SetState
from mycrm_api.domain.mail_access import MAIL_SECRETS
from mycrm_api.domain.mailbox import MailboxState
from mycrm_api.domain.requests import check_answer
from mycrm_api.domain.roles import Role
from mycrm_api.ports.mailbox import Mailboxes
from mycrm_api.ports.requests import Requests
from mycrm_api.ports.settings import Box, SettingsStore
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.resources.settings import OAuthProvider, Secret
from mycrm_api.resources.waiting import Patience, RequestView, waiting_for
from mycrm_api.usecases.request_mailbox_sync import request_mailbox_sync
from mycrm_api.usecases.request_mailbox_test import request_mailbox_test
from mycrm_api.usecases.see_mailbox import is_configured
from mycrm_common.work import ReadingRoom, UnitOfWork

_TRIED_SECRET: Any = Field(
    None,
    description="the stored one is tried when this is empty, but with the stored server, account and application only",
    json_schema_extra={"format": "password", "writeOnly": True},
)


class TroubleView(View):
    """Why something could not be done."""

    code: str
    detail: str


class ReasonView(View):
    """One named set of mails: `reason` is the rule that ignores them, or the error that holds them."""

    state: SetState
    reason: str
    count: int


class CountsView(View):
    """What the server counts, and the sets that its mails are in, each counted by itself."""

    on_server: int
    stored: int
    ignored: int
    held: int
    missing: int = Field(description="stored, but the message is gone without anybody's doing")
    reasons: tuple[ReasonView, ...] = Field(description="every set that is not empty")
    compared_at: datetime | None = Field(description="when all uids were last held against the server's")
    found_missing: int = Field(description="what that comparison found missing, and had fetched again")


class FolderLedgerView(CountsView):
    """What became of a folder's mail; `excluded` says why it is not read, if it is not."""

    folder_id: int
    name: str
    excluded: str
    under_way: bool = Field(description="a look at all of it has not come to its end: the sets still grow")
    adds_up: bool = Field(description="on_server = stored + ignored + held + missing, and nothing is missing")
    error: TroubleView | None


class MailboxView(View):
    """How the mailbox is doing."""

    state: MailboxState
    last_synced_at: datetime | None
    error: TroubleView | None
    folders: tuple[FolderLedgerView, ...]
    totals: CountsView
    adds_up: bool = Field(description="whether each folder adds up")


class FolderFoundView(View):
    """A folder that was seen."""

    name: str
    messages: int
    excluded: bool


class MailboxFoundView(View):
    """What a test of the settings has found."""

    folders: tuple[FolderFoundView, ...]


class MailboxTestForm(Form):
    """The settings to be tried; what is not sent is taken from the stored ones."""

    mail_host: str = ""
    mail_port: int = Field(0, strict=True)
    mail_username: str = ""
    mail_password: Secret | None = _TRIED_SECRET
    mail_oauth_provider: OAuthProvider = Field("", description="who gives tokens in place of the password")
    mail_oauth_client_id: str = ""
    mail_oauth_client_secret: Secret | None = _TRIED_SECRET
    mail_oauth_refresh_token: Secret | None = _TRIED_SECRET
    mail_oauth_tenant: str = ""

    def settings(self) -> dict[str, Any]:
        """Return the settings that were sent, without secrets."""
        return self.model_dump(include=self.model_fields_set - set(MAIL_SECRETS))

    def secrets(self) -> dict[str, str]:
        """Return the secrets that were typed."""
        return {name: text for name in MAIL_SECRETS if (text := getattr(self, name))}


def routes(
    *,
    mailboxes: Mailboxes,
    settings: SettingsStore,
    requests: Requests,
    box: Box,
    unit: UnitOfWork,
    reading: ReadingRoom,
    patience: Patience,
) -> list[Route]:
    """Return the routes of the mailbox."""
    wait = waiting_for(requests=requests, reading=reading, patience=patience)

    async def show(_: Call) -> Answer:
        async with reading() as look:
            configured = await is_configured(look, settings=settings)
            return MailboxView.model_validate(
                await mailboxes.state_of_mailbox(look, is_configured=configured)
            )

    async def test(call: Call) -> Answer:
        form: MailboxTestForm = call.body
        request_id = await request_mailbox_test(
            form.settings(),
            secrets=form.secrets(),
            settings=settings,
            requests=requests,
            box=box,
            unit=unit,
        )
        answer = await wait(request_id)
        if answer is None:
            return Reply(view=RequestView(request_id=request_id), status=202)
        check_answer(answer, of_settings=True)
        return MailboxFoundView.model_validate(answer)

    async def sync(_: Call) -> Answer:
        request_id = await request_mailbox_sync(settings=settings, requests=requests, unit=unit)
        return RequestView(request_id=request_id)

    return [
        Route(
            method="GET",
            path="/mailbox",
            handle=show,
            needs=Role.VIEWER,
            summary="how the mailbox is doing, folder by folder",
            gives=MailboxView,
        ),
        Route(
            method="POST",
            path="/mailbox/sync",
            handle=sync,
            needs=Role.MEMBER,
            summary="look at the mailbox now, and hold the ledger against it",
            gives=RequestView,
            status=202,
            problems=("mailbox_not_configured",),
        ),
        Route(
            method="POST",
            path="/settings/mailbox/test",
            handle=test,
            needs=Role.ADMIN,
            summary="try mailbox settings; 202 with a request_id when the answer takes longer than 20 s",
            takes=MailboxTestForm,
            gives=MailboxFoundView,
            later=RequestView,
            problems=(
                "mailbox_login_refused",
                "mailbox_unreachable",
                "mailbox_certificate_untrusted",
                "mailbox_tls_required",
            ),
        ),
    ]
