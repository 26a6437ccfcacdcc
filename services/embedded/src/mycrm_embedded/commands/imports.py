"""`mycrm import` and `mycrm imports`: files of customers, and taking an import back."""

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import Any

from mycrm_embedded.api import Answer, RefusedError
from mycrm_embedded.commands.command import Argument, Asked, Command, UsageError
from mycrm_embedded.speech import Words

_PAUSE_SECONDS = 0.5
_MOVING = frozenset({"reading", "applying", "undoing"})
_PREVIEW: Words = (
    "{file}: {new} new, {update} updated, {same} the same, {conflict} in conflict, {invalid} invalid",
    "{file}：新增 {new}，更新 {update}，相同 {same}，冲突 {conflict}，无效 {invalid}",
)
_APPLIED: Words = (
    "import {id} is applied: {added} added, {updated} updated, {skipped} skipped because they were changed meanwhile",
    "导入 {id} 已完成：新增 {added}，更新 {updated}，因期间被修改而跳过 {skipped}",
)
_UNDO: Words = ("to take it back: mycrm imports undo {id}", "如需撤销：mycrm imports undo {id}")
_REJECTED: Words = ("rows that were not taken are in {file}", "未导入的行已写入 {file}")
_NOT_DONE: Words = ("import {id} is {state}", "导入 {id} 的状态：{state}")
_UNDONE: Words = (
    "import {id} is undone: {reversed} taken back, {kept} kept because they were edited since, {failed} failed",
    "导入 {id} 已撤销：还原 {reversed}，因之后被修改而保留 {kept}，失败 {failed}",
)
_NOTHING: Words = ("there are no imports", "没有导入记录")
_HEADS: tuple[Words, ...] = (
    ("ID", "编号"),
    ("TIME", "时间"),
    ("STATE", "状态"),
    ("ADDED", "新增"),
    ("UPDATED", "更新"),
    ("FILE", "文件"),
)


async def _import(asked: Asked) -> None:
    """Read a file, and apply what it says."""
    given, speech = asked.given, asked.speech
    layout = {"charset": given.charset, "delimiter": given.delimiter}
    answer = await _ended(asked, await asked.api.upload("/imports", Path(given.file), **layout))
    one = answer.said
    said = [speech.word(_PREVIEW, file=given.file, **one["counts"])]
    if one["state"] == "previewed" and not given.dry_run:
        answer = await _ended(asked, await asked.api.post(f"/imports/{one['id']}/apply"))
        one = answer.said
        done = _APPLIED if one["state"] == "applied" else _NOT_DONE
        said += [speech.word(done, id=one["id"], state=one["state"], **one["applied"])]
        said += [speech.word(_UNDO, id=one["id"])]
    if given.rejected:
        await save(asked, f"/imports/{one['id']}/rejected", Path(given.rejected))
        said += [speech.word(_REJECTED, file=given.rejected)]
    speech.answer(answer, *said)
    _check_done(one)


async def _list(asked: Asked) -> None:
    """Print the last imports."""
    answer = await asked.api.get("/imports", limit=asked.given.limit)
    rows = [
        (
            one["id"],
            asked.speech.moment(one["created_at"]),
            one["state"],
            one["applied"]["added"],
            one["applied"]["updated"],
            one["file_name"],
        )
        for one in answer.said["items"]
    ]
    asked.speech.answer(
        answer, *(asked.speech.table(_HEADS, rows) if rows else [asked.speech.word(_NOTHING)])
    )


async def _undo(asked: Asked) -> None:
    """Take an import back."""
    answer = await _ended(asked, await asked.api.post(f"/imports/{asked.given.id}/undo"))
    one = answer.said
    done = _UNDONE if one["state"] == "undone" else _NOT_DONE
    asked.speech.answer(answer, asked.speech.word(done, id=one["id"], state=one["state"], **one["undone"]))
    _check_done(one)


async def save(asked: Asked, path: str, file: Path, **query: object) -> None:
    """Download into a file, which is there only when all of it has come."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as opened:
            async for piece in asked.api.download(path, **query):
                opened.write(piece)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


async def _ended(asked: Asked, answer: Answer) -> Answer:
    """Return how an import stands when its step has ended."""
    while answer.said["state"] in _MOVING:
        await asyncio.sleep(_PAUSE_SECONDS)
        answer = await asked.api.get(f"/imports/{answer.said['id']}")
    return answer


def _check_done(one: dict[str, Any]) -> None:
    if one["error"]:
        raise RefusedError(one["error"])


def _check_file(given: Namespace) -> None:
    if not Path(given.file).is_file():
        raise UsageError((f"there is no file {given.file}", f"没有文件 {given.file}"))


COMMANDS = (
    Command(
        name="import",
        help=("import customers from a CSV or XLSX file", "从 CSV 或 XLSX 文件导入客户"),
        do=_import,
        check=_check_file,
        arguments=(
            Argument(names=("file",), help=("the file", "文件"), how={"metavar": "FILE"}),
            Argument(
                names=("--dry-run",),
                help=("only tell what it would change", "仅预览，不做修改"),
                how={"action": "store_true"},
            ),
            Argument(
                names=("--rejected",),
                help=(
                    "write the rows that are not taken, with reasons, to this file",
                    "将未导入的行及原因写入该文件",
                ),
                how={"metavar": "FILE", "default": ""},
            ),
            Argument(
                names=("--charset",),
                help=("its charset, if it is not found by itself", "文件编码（默认自动识别）"),
                how={
                    "default": "",
                    "choices": ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252"],
                },
            ),
            Argument(
                names=("--delimiter",),
                help=("what separates its cells, if it is not found by itself", "分隔符（默认自动识别）"),
                how={"default": "", "choices": [",", ";", "tab"]},
            ),
        ),
    ),
    Command(
        name="imports list",
        help=("list the last imports", "列出最近的导入"),
        do=_list,
        arguments=(
            Argument(
                names=("--limit",),
                help=("how many at most, up to 200 (50)", "最多显示多少个，上限 200（默认 50）"),
                how={"type": int, "default": 50, "metavar": "N"},
            ),
        ),
    ),
    Command(
        name="imports undo",
        help=("take an import back", "撤销一次导入"),
        do=_undo,
        arguments=(Argument(names=("id",), help=("its ID", "编号"), how={"type": int, "metavar": "ID"}),),
    ),
)
