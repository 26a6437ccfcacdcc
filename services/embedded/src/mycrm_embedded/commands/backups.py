"""`mycrm backup`: make copies of the database, look at them, prove them, and trust the host where they go."""

import asyncio
import sys
from argparse import Namespace
from datetime import date
from typing import Any

from mycrm_common.console import console_language
from mycrm_common.errors import MyCRMError, StartError
from mycrm_embedded.api import Answer, RefusedError
from mycrm_embedded.commands.command import Argument, Asked, Command, OwnCommand
from mycrm_embedded.speech import Speech, Words

_HEADS: tuple[Words, ...] = (
    ("ID", "编号"),
    ("STARTED", "开始时间"),
    ("STATE", "状态"),
    ("SIZE", "大小"),
    ("SECONDS", "用时（秒）"),
    ("RESTORABLE", "可恢复"),
    ("FILE", "文件"),
)
_STATES: dict[str, Words] = {
    "running": ("running", "进行中"),
    "completed": ("completed", "完成"),
    "failed": ("failed", "失败"),
}
_NOTHING: Words = ("there are no copies yet", "还没有备份")
_MORE: Words = ("the next ones: --cursor {cursor}", "继续查看：--cursor {cursor}")
_MADE: Words = (
    "copy {id} is at {place}: {file}, {bytes} bytes",
    "备份 {id} 已保存到 {place}：{file}，{bytes} 字节",
)
_PROVEN: Words = ("copy {id} can be restored, in {seconds} s", "备份 {id} 可以恢复，用时 {seconds} 秒")
_UNPROVEN: Words = ("copy {id} has not been proven: {why}", "备份 {id} 未通过恢复验证：{why}")
_NOT_TRIED: Words = ("not tried yet", "尚未尝试")
_SHOWN: Words = ("{host} shows the key {fingerprint}", "{host} 的主机密钥为 {fingerprint}")
_COMPARE: Words = (
    "compare it with what the server's owner says, then: mycrm backup trust-host --fingerprint {fingerprint}",
    "请与服务器管理员核对，然后运行：mycrm backup trust-host --fingerprint {fingerprint}",
)
_TRUSTED: Words = ("it is trusted from now on", "此后将信任它")
_WOULD_GO: Words = ("{file} would be removed", "将删除 {file}")
_GONE: Words = ("{file} was removed", "已删除 {file}")
_NOT_PRUNED: Words = ("nothing is removed: {reason}", "未删除任何文件：{reason}")
_NONE_OLD: Words = ("no copy is past its time", "没有过期的备份")
_YES_OR_NO: dict[bool, Words] = {True: ("yes", "是"), False: ("no", "否")}
_LOOK_SECONDS = 1.0


_RESTORED: Words = (
    "restored {file} of {made}: {rows} rows in {tables} tables, each as it was",
    "已恢复 {made} 的备份 {file}：{tables} 张表共 {rows} 行，逐表核对一致",
)
_KEPT: Words = (
    "what was there is kept as {place}; remove it when all is well",
    "原有数据保留为 {place}，确认无误后可自行删除",
)


async def _now(asked: Asked) -> None:
    """Make a copy and wait for it, however long it takes."""
    answer = await _awaited(asked, "/backups", {"portable": asked.given.portable})
    asked.speech.answer(answer, *_told(asked, answer.said))


async def _list(asked: Asked) -> None:
    """Print a page of the copies."""
    given, speech = asked.given, asked.speech
    answer = await asked.api.get("/backups", limit=given.limit, cursor=given.cursor)
    rows = [_row(asked, item) for item in answer.said["items"]]
    lines = speech.table(_HEADS, rows) if rows else [speech.word(_NOTHING)]
    if answer.said["next_cursor"]:
        lines.append(speech.word(_MORE, cursor=answer.said["next_cursor"]))
    speech.answer(answer, *lines)


async def _verify(asked: Asked) -> None:
    """Prove a copy by restoring it, the newest one unless another is named."""
    number = asked.given.id
    if number is None:
        page = (await asked.api.get("/backups", limit=200)).said
        done = [item["id"] for item in page["items"] if item["state"] == "completed"]
        if not done:
            raise RefusedError({"code": "backup_not_found", "detail": asked.speech.word(_NOTHING)})
        number = done[0]
    answer = await _awaited(asked, f"/backups/{number}/verify", {})
    asked.speech.answer(answer, *_told(asked, answer.said)[1:])


async def _prune(asked: Asked) -> None:
    """Remove the copies that are past their time, or tell which would go."""
    speech = asked.speech
    answer = await asked.api.post("/backups/prune", {"dry_run": asked.given.dry_run})
    said = answer.said
    if "files" not in said:
        raise RefusedError({"code": "backup_busy", "detail": said["request_id"]})
    lines = [speech.word(_WOULD_GO if said["dry_run"] else _GONE, file=file) for file in said["files"]]
    if said["reason"]:
        lines.append(speech.word(_NOT_PRUNED, reason=said["reason"]))
    speech.answer(answer, *(lines or [speech.word(_NONE_OLD)]))


async def _trust(asked: Asked) -> None:
    """Show the key of the host, or trust it when its fingerprint is given."""
    speech = asked.speech
    answer = await asked.api.post("/backups/host", {"fingerprint": asked.given.fingerprint})
    said = answer.said
    if "host" not in said:
        raise RefusedError({"code": "backup_busy", "detail": said["request_id"]})
    after = _TRUSTED if said["trusted"] else _COMPARE
    speech.answer(
        answer,
        speech.word(_SHOWN, host=said["host"], fingerprint=said["fingerprint"]),
        speech.word(after, fingerprint=said["fingerprint"]),
    )


def _restore(given: Namespace) -> int:
    """Restore a copy while MyCRM does not run."""
    from mycrm_backup.restoring import restore

    speech = Speech(language=console_language(), raw=False)
    try:
        restored = asyncio.run(restore(at=given.at, into=given.into))
    except StartError:
        raise
    except MyCRMError as error:
        speech.refusal(RefusedError({"code": error.code, "detail": error.detail}))
        return 1
    manifest = restored.manifest
    tables = manifest.contents.tables
    lines = [
        speech.word(
            _RESTORED,
            file=manifest.file,
            made=speech.moment(manifest.made_at.isoformat()),
            rows=sum(table.rows for table in tables.values()),
            tables=len(tables),
        )
    ]
    if restored.kept_as:
        lines.append(speech.word(_KEPT, place=restored.kept_as))
    sys.stdout.write("\n".join([*lines, ""]))
    return 0


async def _awaited(asked: Asked, path: str, body: dict[str, Any]) -> Answer:
    """Ask, and look again until it is answered."""
    before = {item["id"] for item in (await asked.api.get("/backups", limit=1)).said["items"]}
    answer = await asked.api.post(path, body or None)
    request_id = answer.said.get("request_id")
    if request_id is None:
        return answer
    while (state := (await asked.api.get(f"/requests/{request_id}")).said)["state"] == "open":
        sys.stderr.write(".")
        sys.stderr.flush()
        await asyncio.sleep(_LOOK_SECONDS)
    sys.stderr.write("\n")
    if not state["answer"]["ok"]:
        raise RefusedError(state["answer"])
    number = path.split("/")[2] if path.count("/") > 1 else None
    if number is not None:
        return await asked.api.get(f"/backups/{number}")
    newest = await asked.api.get("/backups", limit=1)
    fresh = [item for item in newest.said["items"] if item["id"] not in before]
    return Answer(raw=newest.raw, said=fresh[0] if fresh else newest.said["items"][0])


def _told(asked: Asked, said: dict[str, Any]) -> list[str]:
    speech, proof = asked.speech, said["proof"]
    made = speech.word(_MADE, id=said["id"], place=said["place"], file=said["file"], bytes=said["bytes"])
    if proof and proof["ok"]:
        return [made, speech.word(_PROVEN, id=said["id"], seconds=round(proof["seconds"], 1))]
    why = f"{proof['error']['detail']} [{proof['error']['code']}]" if proof else speech.word(_NOT_TRIED)
    return [made, speech.word(_UNPROVEN, id=said["id"], why=why)]


def _row(asked: Asked, item: dict[str, Any]) -> tuple[object, ...]:
    speech, proof = asked.speech, item["proof"]
    state = speech.word(_STATES[item["state"]])
    return (
        item["id"],
        speech.moment(item["started_at"]),
        f"{state} {item['error']['code']}" if item["error"] else state,
        item["bytes"] or item["sent"],
        "" if item["seconds"] is None else round(item["seconds"], 1),
        "" if proof is None else speech.word(_YES_OR_NO[proof["ok"]]),
        item["file"],
    )


COMMANDS = (
    Command(
        name="backup now",
        help=("make a copy of the database now", "立即备份数据库"),
        do=_now,
        arguments=(
            Argument(
                names=("--portable",),
                help=("also for the other kind of database", "同时保存可用于另一种数据库的数据"),
                how={"action": "store_true"},
            ),
        ),
    ),
    Command(
        name="backup list",
        help=("list the copies, newest first", "列出备份，最新的在前"),
        do=_list,
        arguments=(
            Argument(
                names=("--limit",),
                help=("how many at most, up to 200 (50)", "最多显示多少个，上限 200（默认 50）"),
                how={"type": int, "default": 50, "metavar": "N"},
            ),
            Argument(
                names=("--cursor",),
                help=("the page that another page named", "上一页给出的翻页标记"),
                how={"metavar": "CURSOR", "default": ""},
            ),
        ),
    ),
    Command(
        name="backup verify",
        help=("prove a copy by restoring it beside the database", "在数据库之外恢复备份，以验证其可用"),
        do=_verify,
        arguments=(
            Argument(
                names=("id",),
                help=("its ID; the newest one without", "编号，缺省为最新的备份"),
                how={"type": int, "nargs": "?", "metavar": "ID"},
            ),
        ),
    ),
    Command(
        name="backup prune",
        help=("remove the copies that are past their time", "删除过期的备份"),
        do=_prune,
        arguments=(
            Argument(
                names=("--dry-run",),
                help=("only tell which would be removed", "只显示将删除哪些备份"),
                how={"action": "store_true"},
            ),
        ),
    ),
    Command(
        name="backup trust-host",
        help=("show the key of the SFTP host, and trust it", "显示 SFTP 主机密钥，并予以信任"),
        do=_trust,
        arguments=(
            Argument(
                names=("--fingerprint",),
                help=("the key that is to be trusted", "要信任的密钥指纹"),
                how={"default": "", "metavar": "SHA256:..."},
            ),
        ),
    ),
    OwnCommand(
        name="backup restore",
        help=(
            "put a copy in the database's place; stop MyCRM first",
            "用备份替换数据库；请先停止 MyCRM",
        ),
        do=_restore,
        arguments=(
            Argument(
                names=("--at",),
                help=("the newest copy of this day or before it", "使用该日或之前最新的备份"),
                how={"type": date.fromisoformat, "default": None, "metavar": "YYYY-MM-DD"},
            ),
            Argument(
                names=("--into",),
                help=(
                    "into this new database (MariaDB) or file (SQLite), and touch nothing else",
                    "恢复到这个新的数据库（MariaDB）或文件（SQLite），不影响现有数据",
                ),
                how={"default": "", "metavar": "DATABASE"},
            ),
        ),
    ),
)
