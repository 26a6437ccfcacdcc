"""Set-up, signing in and out, and one's own account."""

from typing import Literal

from pydantic import Field, field_validator

from mycrm_api.domain.accounts import NewUser
from mycrm_api.domain.roles import Role
from mycrm_api.domain.zones import is_zone
from mycrm_api.ports.accounts import Passwords, Sessions, Users
from mycrm_api.resources.route import Answer, Call, Form, Reply, Route, View
from mycrm_api.usecases.set_up import set_up
from mycrm_api.usecases.sign_in import sign_in
from mycrm_common.work import ReadingRoom, UnitOfWork

Language = Literal["zh-CN", "en"]


class SetupView(View):
    """Whether the first account is still to be made, and whether that asks for the printed code."""

    needed: bool
    code_required: bool


class SetupForm(Form):
    """The first account."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1_000, json_schema_extra={"format": "password"})
    code: str = Field("", max_length=100)


class SignInForm(Form):
    """Who signs in."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1_000, json_schema_extra={"format": "password"})


class UserView(View):
    """An account, as its owner sees it."""

    id: int
    username: str
    role: Role
    language: str
    theme: str
    time_zone: str


class MeForm(Form):
    """What people choose for themselves."""

    language: Language | None = None
    theme: str | None = Field(None, max_length=40, pattern=r"^[a-z0-9-]*$")
    time_zone: str | None = Field(None, max_length=64)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value and not is_zone(value):
            message = "is no IANA time zone"
            raise ValueError(message)
        return value


def routes(
    *, users: Users, sessions: Sessions, passwords: Passwords, unit: UnitOfWork, reading: ReadingRoom
) -> list[Route]:
    """Return the routes of set-up, session and me."""

    async def show_setup(_: Call) -> Answer:
        async with reading() as look:
            needed = not await users.any_exists(look)
            return SetupView(needed=needed, code_required=needed and await users.setup_code_asked(look))

    async def make_first(call: Call) -> Answer:
        form: SetupForm = call.body
        user, token = await set_up(
            NewUser(username=form.username, password=form.password),
            code=form.code,
            is_local=call.is_local,
            language=_preferred(call),
            users=users,
            sessions=sessions,
            passwords=passwords,
            reading=reading,
            unit=unit,
        )
        return Reply(view=UserView.model_validate(user), set_session=token)

    async def open_session(call: Call) -> Answer:
        form: SignInForm = call.body
        user, token = await sign_in(
            form.username,
            password=form.password,
            address=call.request.remote or "",
            users=users,
            sessions=sessions,
            passwords=passwords,
            unit=unit,
        )
        return Reply(view=UserView.model_validate(user), set_session=token)

    async def close_session(call: Call) -> Answer:
        if call.session_token is not None:
            async with unit() as work:
                await sessions.end(work, call.session_token)
        return Reply(view=None, clear_session=True)

    async def show_me(call: Call) -> Answer:
        return UserView.model_validate(call.caller)

    async def change_me(call: Call) -> Answer:
        form: MeForm = call.body
        async with unit() as work:
            chosen = {name: value for name, value in form.model_dump().items() if value is not None}
            return UserView.model_validate(await users.change_user(work, call.account.id, chosen))

    return [
        Route(
            method="GET",
            path="/setup",
            handle=show_setup,
            needs=None,
            summary="whether the first account is still to be made",
            gives=SetupView,
        ),
        Route(
            method="POST",
            path="/setup",
            handle=make_first,
            needs=None,
            summary="make the first account, and sign in",
            takes=SetupForm,
            gives=UserView,
            status=201,
            problems=("account_invalid", "setup_code_wrong", "setup_done", "setup_not_local"),
        ),
        Route(
            method="POST",
            path="/session",
            handle=open_session,
            needs=None,
            summary="sign in",
            takes=SignInForm,
            gives=UserView,
            status=201,
            repeatable=True,
            problems=("sign_in_refused", "sign_in_limited"),
        ),
        Route(
            method="DELETE",
            path="/session",
            handle=close_session,
            needs=None,
            summary="sign out",
            status=204,
        ),
        Route(
            method="GET",
            path="/me",
            handle=show_me,
            needs=Role.VIEWER,
            summary="who am I",
            gives=UserView,
        ),
        Route(
            method="PATCH",
            path="/me",
            handle=change_me,
            needs=Role.VIEWER,
            summary="change what I choose for myself",
            takes=MeForm,
            gives=UserView,
            problems=("account_missing",),
        ),
    ]


def _preferred(call: Call) -> Language:
    """Return the language that the browser asks for first, Chinese or English."""
    return "zh-CN" if call.request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"
