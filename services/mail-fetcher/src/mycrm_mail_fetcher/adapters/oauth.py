"""Tokens from Google and Microsoft (RFC 6749), kept until a minute before they end.

Two connections may want a token at the same time; the provider is asked once. The provider's words reach people
when it refuses, but never a secret: what we sent is cut out of whatever comes back.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlencode

from mycrm_common.clock import Clock
from mycrm_common.errors import Kind, MyCRMError
from mycrm_mail_fetcher.adapters.oauth_post import Answer, post
from mycrm_mail_fetcher.ports.tokens import Grant, GrantKeeper, Provider

_REFUSED: Final = "mailbox_login_refused"
_LONGEST_WAIT: Final = 30.0
_MARGIN: Final = timedelta(minutes=1)
_USUAL_SECONDS: Final = 3600
_LONGEST_SECONDS: Final = 86_400
_LONGEST_DETAIL: Final = 300
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_TENANT = re.compile(r"[A-Za-z0-9.-]{1,255}")
_REFUSALS: Final = frozenset({400, 401, 403})
_OK: Final = 200

ENDPOINTS: Final[Mapping[Provider, str]] = {
    Provider.GOOGLE: "https://oauth2.googleapis.com/token",
    Provider.MICROSOFT: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    Provider.MICROSOFT_CHINA: "https://login.partner.microsoftonline.cn/{tenant}/oauth2/v2.0/token",
}
_RESOURCES: Final[Mapping[Provider, str]] = {
    Provider.MICROSOFT: "https://outlook.office365.com",
    Provider.MICROSOFT_CHINA: "https://partner.outlook.cn",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: datetime


class OAuthTokens:
    """Asks the provider for tokens, and remembers the newest."""

    def __init__(
        self,
        *,
        clock: Clock,
        keeper: GrantKeeper,
        endpoints: Mapping[Provider, str] = ENDPOINTS,
        send: Callable[[str, bytes], Answer] = post,
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._endpoints = endpoints
        self._send = send
        self._asking = asyncio.Lock()
        self._known: dict[Grant, _Token] = {}

    async def token(self, grant: Grant, *, refused: str = "") -> str:
        """A token that is good for a minute at least, and is not the one that was `refused`."""
        async with self._asking:
            known = self._known.get(grant)
            if known and known.text != refused and known.good_until > self._clock.now():
                return known.text
            fresh = await self._ask(grant)
            self._known = {grant: fresh}
            return fresh.text

    async def _ask(self, grant: Grant) -> _Token:
        if not grant.refresh_token:
            return await self._ask_with(grant, "")
        newest = await self._keeper.newest(grant)
        try:
            return await self._ask_with(grant, newest)
        except MyCRMError as error:
            if error.code != _REFUSED or newest == grant.refresh_token:
                raise
        return await self._ask_with(grant, grant.refresh_token)

    async def _ask_with(self, grant: Grant, refresh_token: str) -> _Token:
        asked_at = self._clock.now()
        answer = await self._exchange(grant, refresh_token)
        said = _said(answer.body)
        text = said.get("access_token")
        if answer.status != _OK or not isinstance(text, str) or not _TOKEN.fullmatch(text):
            raise _failure(answer, said, [grant.client_secret, grant.refresh_token, refresh_token])
        newer = said.get("refresh_token")
        if isinstance(newer, str) and newer and refresh_token and newer != refresh_token:
            await self._keeper.keep(grant, refresh_token=newer)
        return _Token(text=text, good_until=asked_at + _lifetime(said.get("expires_in")) - _MARGIN)

    async def _exchange(self, grant: Grant, refresh_token: str) -> Answer:
        if not _TENANT.fullmatch(grant.tenant):
            raise _refused(f"{grant.tenant} is no directory")
        address = self._endpoints[grant.provider].format(tenant=grant.tenant)
        form = urlencode(_form(grant, refresh_token)).encode("ascii")
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                return await asyncio.to_thread(self._send, address, form)
        except (OSError, HTTPException, ValueError) as error:
            raise _unreachable(f"{grant.provider} gives no token: {error}") from error


def _form(grant: Grant, refresh_token: str) -> dict[str, str]:
    form = {"client_id": grant.client_id}
    if grant.client_secret:
        form["client_secret"] = grant.client_secret
    resource = _RESOURCES.get(grant.provider, "")
    if refresh_token:
        scope = f"{resource}/IMAP.AccessAsUser.All offline_access"
        return (
            form
            | {"grant_type": "refresh_token", "refresh_token": refresh_token}
            | ({"scope": scope} if resource else {})
        )
    if not resource:
        raise _refused(f"{grant.provider} wants a refresh token")
    return form | {"grant_type": "client_credentials", "scope": f"{resource}/.default"}


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _lifetime(seconds: object) -> timedelta:
    try:
        told = int(str(seconds))
    except ValueError:
        told = _USUAL_SECONDS
    return timedelta(seconds=min(max(told, 0), _LONGEST_SECONDS))


def _failure(answer: Answer, said: Mapping[str, Any], secrets: list[str]) -> MyCRMError:
    words = " ".join(str(said[name]) for name in ("error", "error_description") if said.get(name))
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    if answer.status in _REFUSALS and said.get("error"):
        return _refused(words)
    rest = f"; retry after {answer.retry_after} seconds" if answer.retry_after else ""
    return _unreachable(f"HTTP {answer.status} {words or 'without a token'}{rest}")


def _refused(words: str) -> MyCRMError:
    return MyCRMError(_REFUSED, Kind.INVALID, _sentence(words))


def _unreachable(words: str) -> MyCRMError:
    return MyCRMError("mailbox_unreachable", Kind.UNAVAILABLE, _sentence(words))


def _sentence(words: str) -> str:
    return " ".join("".join(mark if mark.isprintable() else " " for mark in words).split())[:_LONGEST_DETAIL]
