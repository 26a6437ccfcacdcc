"""`mycrm doctor`: what is wrong, in one line each, and what to do about it.

What stops a start (a wrong setting, a database or broker that is not there) is told before this is reached, by the
same line that a start would tell.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mycrm_common.clock import SystemClock
from mycrm_embedded.api import Answer, RefusedError
from mycrm_embedded.commands.command import Asked, Command
from mycrm_embedded.speech import Words

# As the system message of the same name: a day, and two hours for a long run.
_OLDEST_PROVEN_COPY = timedelta(hours=26)
_OLDEST_LOOK = timedelta(hours=1)

_WELL: Words = ("well", "正常")
_LOOK: Words = ("look", "注意")
_COUNT: Words = ("needs a look: {count}", "需要处理：{count} 项")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at; `advice` is empty where all is well; `value` may be a moment (ISO 8601)."""

    part: str
    code: str
    said: Words
    advice: Words = ("", "")
    value: str = ""
    tells_a_moment: bool = False

    @property
    def is_well(self) -> bool:
        """Tell whether nothing has to be done."""
        return not self.advice[0]


def on_mailbox(mailbox: Mapping[str, Any], *, now: datetime) -> Iterator[Finding]:
    """Say how the mailbox is doing."""
    state, error, looked = mailbox["state"], mailbox["error"], mailbox["last_synced_at"]
    if state == "not_configured":
        yield Finding(
            part="mailbox",
            code="not_configured",
            said=("no mailbox is set", "尚未设置邮箱"),
            advice=("enter it in the settings of the page", "请在页面的设置中填写"),
        )
    elif error:
        yield Finding(
            part="mailbox",
            code=error["code"],
            said=("the mailbox cannot be read: {value}", "无法读取邮箱：{value}"),
            value=error["detail"],
            advice=(
                "test it in the settings; a mailbox often wants an authorisation code, not the password",
                "请在设置中测试；邮箱往往需要授权码而不是登录密码",
            ),
        )
    elif looked is None or now - datetime.fromisoformat(looked) > _OLDEST_LOOK:
        yield Finding(
            part="mailbox",
            code="not_looked_at",
            said=("the mailbox has not been looked at since {value}", "上次查看邮箱的时间：{value}"),
            value=looked or "-",
            tells_a_moment=bool(looked),
            advice=(
                "does mail-fetcher run? its log says why not",
                "请确认 mail-fetcher 正在运行，并查看其日志",
            ),
        )
    else:
        yield Finding(part="mailbox", code="well", said=("the mailbox is read", "邮箱读取正常"))
    if not mailbox["adds_up"]:
        yield Finding(
            part="mailbox",
            code="ledger_does_not_add_up",
            said=("not every mail of the server is accounted for", "服务器上有邮件未计入账目"),
            advice=("open the ledger of the mailbox; it names them", "请打开邮箱台账查看"),
        )
    if held := mailbox["totals"]["held"]:
        yield Finding(
            part="mailbox",
            code="held",
            said=("mails that could not be read: {value}", "无法解析的邮件：{value} 封"),
            value=str(held),
            advice=("open the ledger to try them again, or to download them", "请在邮箱台账中重试或下载"),
        )


def on_checks(queue: Mapping[str, Any]) -> Iterator[Finding]:
    """Say how the checking of addresses is doing."""
    if queue["fault"]:
        yield Finding(
            part="checks",
            code="provider_fault",
            said=("addresses cannot be checked: {value}", "无法检查地址：{value}"),
            value=queue["fault"],
            advice=("see MYCRM_VERIFIER_PROVIDER and MYCRM_VERIFIER_URL", "请检查上述两项设置"),
        )
    else:
        yield Finding(
            part="checks",
            code="well",
            said=("addresses that wait for a check: {value}", "等待检查的地址：{value} 个"),
            value=str(queue["waiting"]),
        )


def on_backups(page: Mapping[str, Any], *, now: datetime) -> Iterator[Finding]:
    """Say whether there is a copy that is known to restore."""
    proven, newest = page["proven"], next(iter(page["items"]), None)
    if newest is not None and newest["error"]:
        yield Finding(
            part="backups",
            code=newest["error"]["code"],
            said=("the last copy failed: {value}", "上次备份失败：{value}"),
            value=newest["error"]["detail"],
            advice=("mend the cause, then: mycrm backup now", "排除原因后运行：mycrm backup now"),
        )
    if proven is None or now - datetime.fromisoformat(proven["started_at"]) > _OLDEST_PROVEN_COPY:
        yield Finding(
            part="backups",
            code="no_fresh_proven_copy",
            said=(
                "no copy of the last 26 hours is proven to restore; the newest: {value}",
                "26 小时内没有经过恢复验证的备份；最近一次：{value}",
            ),
            value=proven["started_at"] if proven else "-",
            tells_a_moment=bool(proven),
            advice=("mycrm backup now", "请运行：mycrm backup now"),
        )
    elif newest is None or not newest["error"]:
        yield Finding(
            part="backups",
            code="well",
            said=("the newest proven copy: {value}", "最近一次经过验证的备份：{value}"),
            value=proven["started_at"],
            tells_a_moment=True,
        )


def on_events(parked: Mapping[str, Any]) -> Iterator[Finding]:
    """Say whether events are parked."""
    if parked["total"]:
        yield Finding(
            part="events",
            code="parked",
            said=("events that could not be done: {value}", "未能处理的事件：{value} 个"),
            value=str(parked["total"]),
            advice=(
                "mycrm events parked says why; then mycrm events replay",
                "用 mycrm events parked 查看原因",
            ),
        )
    else:
        yield Finding(part="events", code="well", said=("no events are parked", "没有搁置的事件"))


async def _examine(asked: Asked) -> None:
    now = SystemClock().now().astimezone(UTC)
    findings = [
        *on_mailbox((await asked.api.get("/mailbox")).said, now=now),
        *on_checks((await asked.api.get("/checks")).said),
        *on_backups((await asked.api.get("/backups", limit=1)).said, now=now),
        *on_events((await asked.api.get("/events/parked", limit=1)).said),
    ]
    asked.speech.answer(_as_json(findings), *(_line(asked, finding) for finding in findings))
    ill = sum(not finding.is_well for finding in findings)
    if ill:
        raise RefusedError({"code": "doctor_found", "detail": asked.speech.word(_COUNT, count=ill)})


def _line(asked: Asked, finding: Finding) -> str:
    speech = asked.speech
    value = speech.moment(finding.value) if finding.tells_a_moment else finding.value
    state = speech.word(_WELL if finding.is_well else _LOOK)
    line = f"[{state}] {speech.word(finding.said, value=value)}"
    return line if finding.is_well else f"{line} -> {speech.word(finding.advice)}"


def _as_json(findings: list[Finding]) -> Answer:
    said = [
        {"is_well": one.is_well}
        | {name: value for name, value in asdict(one).items() if name in {"part", "code", "value"}}
        for one in findings
    ]
    return Answer(raw=json.dumps(said, ensure_ascii=False), said=said)


COMMANDS = (
    Command(
        name="doctor",
        help=("say what is wrong, and what to do about it", "检查运行状况并给出处理建议"),
        do=_examine,
    ),
)
