"""`mycrm events`: what consumers could not do, looked into and tried again."""

from argparse import Namespace
from typing import Any

from mycrm_embedded.api import RefusedError
from mycrm_embedded.commands.command import Argument, Asked, Command, UsageError
from mycrm_embedded.speech import Words, laid_out

_HEADS: tuple[Words, ...] = (
    ("ID", "编号"),
    ("TIME", "时间"),
    ("TYPE", "类型"),
    ("CONSUMER", "消费者"),
    ("ATTEMPTS", "次数"),
    ("REASON", "原因"),
)
_UNREADABLE: Words = ("(unreadable)", "（无法读取）")
_NOTHING: Words = ("no events are parked", "没有搁置的事件")
_MORE: Words = (
    "{shown} of {total}; the next ones: --cursor {cursor}",
    "共 {total} 个，已显示 {shown} 个；继续查看：--cursor {cursor}",
)
_REPLAYED_ONE: Words = ("event {id} will be tried again", "事件 {id} 将重新投递")
_REPLAYED: Words = ("events that will be tried again: {count}", "将重新投递的事件：{count} 个")
_LABELS: dict[str, Words] = {
    "id": ("ID", "编号"),
    "event_id": ("event", "事件 ID"),
    "told_at": ("time", "时间"),
    "type": ("type", "类型"),
    "consumer": ("consumer", "消费者"),
    "attempts": ("attempts", "尝试次数"),
    "reason": ("reason", "原因"),
    "replayable": ("can be tried again", "可重新投递"),
}
_YES_OR_NO: dict[bool, Words] = {True: ("yes", "是"), False: ("no", "否")}


async def _list(asked: Asked) -> None:
    """Print a page of the parked events."""
    given, speech = asked.given, asked.speech
    answer = await asked.api.get(
        "/events/parked", consumer=given.consumer, type=given.type, limit=given.limit, cursor=given.cursor
    )
    page = answer.said
    rows = [_row(asked, item) for item in page["items"]]
    lines = speech.table(_HEADS, rows) if rows else [speech.word(_NOTHING)]
    if page["next_cursor"]:
        lines.append(speech.word(_MORE, shown=len(rows), total=page["total"], cursor=page["next_cursor"]))
    speech.answer(answer, *lines)


async def _show(asked: Asked) -> None:
    """Print all that is known of one parked event."""
    speech = asked.speech
    answer = await asked.api.get(f"/events/parked/{asked.given.id}")
    event = answer.said | {
        "told_at": speech.moment(answer.said["told_at"]),
        "type": answer.said["type"] or speech.word(_UNREADABLE),
        "replayable": speech.word(_YES_OR_NO[answer.said["replayable"]]),
    }
    fields = [speech.field(words, event[name]) for name, words in _LABELS.items()]
    speech.answer(answer, *fields, "", *laid_out(event["body"]))


async def _replay(asked: Asked) -> None:
    """Try parked events again: those that are named one after the other, or all of a kind."""
    given, speech = asked.given, asked.speech
    if given.all:
        answer = await asked.api.post("/events/parked/replay", consumer=given.consumer, type=given.type)
        speech.answer(answer, speech.word(_REPLAYED, count=answer.said["replayed"]))
        return
    refused: RefusedError | None = None
    for number in given.id:
        try:
            answer = await asked.api.post(f"/events/parked/{number}/replay")
        except RefusedError as error:
            if refused is not None:
                speech.refusal(refused)
            refused = error
        else:
            speech.answer(answer, speech.word(_REPLAYED_ONE, id=number))
    if refused is not None:
        raise refused


def _row(asked: Asked, item: dict[str, Any]) -> tuple[object, ...]:
    return (
        item["id"],
        asked.speech.moment(item["told_at"]),
        item["type"] or asked.speech.word(_UNREADABLE),
        item["consumer"],
        item["attempts"],
        item["reason"],
    )


def _check_replay(given: Namespace) -> None:
    if bool(given.id) == given.all:
        raise UsageError(("give IDs, or --all", "请指定编号，或使用 --all"))
    if not given.all and (given.consumer or given.type):
        raise UsageError(
            ("--consumer and --type go together with --all", "--consumer 和 --type 只能与 --all 一起使用")
        )


_OF_CONSUMER = Argument(
    names=("--consumer",),
    help=("only those of this consumer", "仅限该消费者"),
    how={"metavar": "NAME", "default": ""},
)
_OF_TYPE = Argument(
    names=("--type",), help=("only those of this type", "仅限该类型"), how={"metavar": "TYPE", "default": ""}
)

COMMANDS = (
    Command(
        name="events parked",
        help=("list the events that could not be done, newest first", "列出未能处理的事件，最新的在前"),
        do=_list,
        arguments=(
            _OF_CONSUMER,
            _OF_TYPE,
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
        name="events show",
        help=("show one of them with its reason and its body", "查看一个事件的原因和内容"),
        do=_show,
        arguments=(Argument(names=("id",), help=("its ID", "编号"), how={"type": int, "metavar": "ID"}),),
    ),
    Command(
        name="events replay",
        help=("try some of them again, or all", "重新投递其中一些或全部"),
        do=_replay,
        arguments=(
            Argument(
                names=("id",), help=("their IDs", "编号"), how={"type": int, "nargs": "*", "metavar": "ID"}
            ),
            Argument(
                names=("--all",),
                help=("all that can be tried again", "全部可重新投递的事件"),
                how={"action": "store_true"},
            ),
            _OF_CONSUMER,
            _OF_TYPE,
        ),
        check=_check_replay,
    ),
)
