"""What verify-email.org's two interfaces answer: JSON with a status and a log, or a sentence about the limit."""

import json
from http import HTTPStatus
from typing import Any

from mycrm_common.keys import email_key
from mycrm_verifier.domain.verdicts import judge_answer, says_limit, short_log
from mycrm_verifier.ports.provider import Answer, Outcome
from mycrm_verifier.providers.web import Page


def read_answer(page: Page, email: str) -> Answer:
    """Return what a page says of an address; whatever is not as it should be is a failure with its reason."""
    if page.fault:
        return _failed(page.fault)
    text = page.body.decode("utf-8", "replace").strip()
    said = _json(text)
    sentence = said if isinstance(said, str) else _error_of(said)
    if says_limit(sentence):
        return Answer(outcome=Outcome.LIMITED, log=short_log(sentence))
    if page.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Answer(outcome=Outcome.LIMITED, log="HTTP 429: too many questions")
    if page.status != HTTPStatus.OK or not text:
        return _failed(f"HTTP {page.status}" if text else f"HTTP {page.status}, an empty answer")
    if isinstance(said, dict) and isinstance(said.get("response"), dict):
        return _read(said, said["response"], email)
    return _failed("an answer that is no JSON" if said is None else "JSON of another form")


def _read(said: dict[str, Any], response: dict[str, Any], email: str) -> Answer:
    echoed = said.get("email")
    if not isinstance(echoed, str) or email_key(echoed) != email_key(email):
        return _failed("an answer about another address")
    status, log = response.get("status"), response.get("log", "")
    if type(status) is not int or not isinstance(log, str):
        return _failed("JSON of another form")
    left = said.get("credits")
    return Answer(
        outcome=Outcome.ANSWERED,
        log=short_log(log),
        verdict=judge_answer(status, log),
        credits=left if type(left) is int and 0 <= left < 1 << 31 else None,
        evidence=f"status {status}",
    )


def _failed(reason: str) -> Answer:
    return Answer(outcome=Outcome.FAILED, log=reason)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _error_of(said: object) -> str:
    if not isinstance(said, dict):
        return ""
    return " ".join(str(said[name]) for name in ("error", "message") if isinstance(said.get(name), str))
