"""The team's settings. Secrets go in and never come out; only whether they are set is told."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from mycrm_api.domain.roles import Role
from mycrm_api.domain.settings import SECRETS, read_settings
from mycrm_api.ports.settings import Box, SettingsStore
from mycrm_api.resources.route import Answer, Call, Form, Route, View
from mycrm_api.usecases.change_settings import change_settings
from mycrm_common.work import ReadingRoom, UnitOfWork

Operator = Literal["=", ">", ">="]
Language = Literal["zh-CN", "en"]
OAuthProvider = Literal["", "google", "microsoft", "microsoft-cn"]
# A password may begin or end with a blank.
Secret = Annotated[str, StringConstraints(strip_whitespace=False)]

_SECRET: Any = Field(
    None,
    description="null forgets it, an empty text leaves it as it is",
    json_schema_extra={"format": "password", "writeOnly": True},
)


class SettingsView(View):
    """Every setting as it stands."""

    followup_days: int
    followup_importance_operators: Operator
    followup_importance: int
    monitor_mail_days: int
    mail_reserved_days: int
    mail_host: str
    mail_port: int
    mail_username: str
    mail_password_set: bool
    mail_oauth_provider: OAuthProvider
    mail_oauth_client_id: str
    mail_oauth_client_secret_set: bool
    mail_oauth_refresh_token_set: bool
    mail_oauth_tenant: str
    theme: str
    woocommerce_url: str
    woocommerce_api_set: bool
    language: Language
    time_zone: str
    verifier_provider: str
    verifier_per_hour: int


class SettingsForm(Form):
    """Settings to be changed; what is not sent stays as it is."""

    followup_days: int = Field(0, strict=True)
    followup_importance_operators: Operator = ">="
    followup_importance: int = Field(0, strict=True)
    monitor_mail_days: int = Field(0, strict=True)
    mail_reserved_days: int = Field(0, strict=True)
    mail_host: str = ""
    mail_port: int = Field(0, strict=True)
    mail_username: str = ""
    mail_password: Secret | None = _SECRET
    mail_oauth_provider: OAuthProvider = Field("", description="who gives tokens in place of the password")
    mail_oauth_client_id: str = ""
    mail_oauth_client_secret: Secret | None = _SECRET
    mail_oauth_refresh_token: Secret | None = _SECRET
    mail_oauth_tenant: str = Field("", description="the directory at Microsoft; empty for any")
    theme: str = ""
    woocommerce_url: str = ""
    woocommerce_api: Secret | None = _SECRET
    language: Language = "zh-CN"
    time_zone: str = ""
    verifier_provider: str = ""
    verifier_per_hour: int = Field(0, strict=True)

    def settings(self) -> dict[str, Any]:
        """Return the settings that were sent, without secrets."""
        return self.model_dump(include=self.model_fields_set - set(SECRETS))

    def secrets(self) -> dict[str, str | None]:
        """Return the secrets that were sent; an empty text is a field that nobody filled in."""
        sent = self.model_dump(include=self.model_fields_set & set(SECRETS))
        return {name: text for name, text in sent.items() if text != ""}


def routes(
    *, settings: SettingsStore, box: Box, unit: UnitOfWork, reading: ReadingRoom, zone: str
) -> list[Route]:
    """Return the routes of the settings; `zone` is the team's time zone until somebody sets another."""

    async def show(_: Call) -> Answer:
        async with reading() as look:
            present = read_settings(await settings.stored(look))
            names = await settings.secret_names(look)
        told: dict[str, Any] = present | {f"{name}_set": name in names for name in SECRETS}
        return SettingsView.model_validate(told | {"time_zone": present["time_zone"] or zone})

    async def change(call: Call) -> Answer:
        form: SettingsForm = call.body
        await change_settings(form.settings(), secrets=form.secrets(), settings=settings, box=box, unit=unit)
        return await show(call)

    return [
        Route(
            method="GET",
            path="/settings",
            handle=show,
            needs=Role.VIEWER,
            summary="the team's settings",
            gives=SettingsView,
        ),
        Route(
            method="PATCH",
            path="/settings",
            handle=change,
            needs=Role.ADMIN,
            summary="change some of the team's settings",
            takes=SettingsForm,
            gives=SettingsView,
        ),
    ]
