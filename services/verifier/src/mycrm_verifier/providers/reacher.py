"""A check-if-email-exists (Reacher) of one's own, asked over HTTP: POST base/v0/check_email.

It asks mail servers itself, from its own host. Only what its parts say is believed, not its summary: it calls an
address `invalid` also where a mailbox is full.
"""

import json
from http import HTTPStatus
from typing import Any

from mycrm_common.keys import email_key
from mycrm_verifier.domain.verdicts import Verdict, short_log
from mycrm_verifier.ports.provider import Answer, AsksAtOnce, Outcome
from mycrm_verifier.providers.web import Page, Web


class ReacherProvider(AsksAtOnce):
    """Asks a Reacher."""

    name = "reacher"
    cost = 1
    reveals = "the address, to the Reacher and to the mail server of its domain, from the Reacher's host"

    def __init__(self, *, base: str, secret: str, web: Web) -> None:
        self._url = f"{base.rstrip('/')}/v0/check_email"
        self._headers = {"x-reacher-secret": secret} if secret else {}
        self._web = web

    async def check(self, email: str) -> Answer:
        """Ask about an address."""
        page = await self._web.post(self._url, {"to_email": email}, headers=self._headers)
        return _read(page, email)

    async def close(self) -> None:
        """Nothing is held."""


def _read(page: Page, email: str) -> Answer:
    if page.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Answer(outcome=Outcome.LIMITED, log="HTTP 429: too many questions")
    said = _json(page.body)
    fault = page.fault or (f"HTTP {page.status}" if page.status != HTTPStatus.OK else _fault_of(said, email))
    if fault:
        return Answer(outcome=Outcome.FAILED, log=fault)
    summary = said["is_reachable"]
    verdict, log = _judge_syntax(said) or _judge_server(_part(said, "smtp")) or _judge_mailbox(said)
    return Answer(
        outcome=Outcome.ANSWERED,
        verdict=verdict,
        log=short_log(log),
        evidence=short_log(f"is_reachable {summary}"),
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _fault_of(said: object, email: str) -> str:
    if said is None:
        return "an answer that is no JSON"
    if not isinstance(said, dict) or not isinstance(said.get("is_reachable"), str):
        return "JSON of another form"
    is_same = isinstance(said.get("input"), str) and email_key(said["input"]) == email_key(email)
    return "" if is_same else "an answer about another address"


_Judgement = tuple[Verdict, str]


def _judge_syntax(said: dict[str, Any]) -> _Judgement | None:
    is_wrong = _part(said, "syntax").get("is_valid_syntax") is False
    return (Verdict.INVALID, "SyntaxError") if is_wrong else None


def _judge_server(smtp: dict[str, Any]) -> _Judgement | None:
    if smtp.get("is_catch_all") is True:
        return Verdict.UNCONFIRMED, "ServerIsCatchAll"
    if smtp.get("can_connect_smtp") is not True or "error" in smtp:
        return (
            Verdict.UNKNOWN,
            f"NotReached: {_part(smtp, 'error').get('message', 'no mail server answered')}",
        )
    return None


def _judge_mailbox(said: dict[str, Any]) -> _Judgement:
    smtp, summary = _part(said, "smtp"), said["is_reachable"]
    if smtp.get("has_full_inbox") is True:
        return Verdict.UNKNOWN, "MailboxIsFull"
    if smtp.get("is_disabled") is True:
        return Verdict.INVALID, "MailboxDoesNotExist: disabled"
    if smtp.get("is_deliverable") is True and summary in {"safe", "risky"}:
        return Verdict.VALID, "Success"
    if smtp.get("is_deliverable") is False and summary == "invalid":
        return Verdict.INVALID, "MailboxDoesNotExist"
    return Verdict.UNKNOWN, f"{summary}: not decided"


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}
