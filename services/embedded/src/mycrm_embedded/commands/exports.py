"""`mycrm export`: the customers as CSV."""

import sys
from argparse import Namespace
from pathlib import Path

from mycrm_embedded.commands.command import Argument, Asked, Command, UsageError
from mycrm_embedded.commands.imports import save

_KINDS = ("all", "valid", "invalid", "followup", "template", "filtered")
_OF_KIND: dict[str, tuple[str, ...]] = {
    "all": ("sort",),
    "valid": ("sort",),
    "invalid": ("sort",),
    "followup": ("sort", "operator", "importance", "days"),
    "filtered": ("sort", "q", "field", "value", "country", "only_valid"),
    "template": (),
}
_OPTIONS = ("sort", "operator", "importance", "days", "q", "field", "value", "country", "only_valid")


async def _export(asked: Asked) -> None:
    """Write an export to a file, or to the standard output."""
    given = asked.given
    query = {name: getattr(given, name) for name in _OF_KIND[given.kind]}
    if query.get("only_valid") is False:
        del query["only_valid"]
    path = f"/exports/{given.kind}"
    if given.output:
        await save(asked, path, Path(given.output), **query)
        return
    async for piece in asked.api.download(path, **query):
        sys.stdout.buffer.write(piece)


def _check(given: Namespace) -> None:
    foreign = [name for name in _OPTIONS if getattr(given, name) and name not in _OF_KIND[given.kind]]
    if foreign:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in foreign)
        raise UsageError((f"{given.kind} takes no {names}", f"{given.kind} 不支持 {names}"))
    if given.output and not Path(given.output).parent.is_dir():
        raise UsageError((f"there is no folder for {given.output}", f"没有存放 {given.output} 的文件夹"))


def _option(name: str, english: str, chinese: str) -> Argument:
    return Argument(names=(name,), help=(english, chinese), how={"default": "", "metavar": "TEXT"})


COMMANDS = (
    Command(
        name="export",
        help=("export customers as CSV", "将客户导出为 CSV"),
        do=_export,
        check=_check,
        arguments=(
            Argument(
                names=("kind",),
                help=(f"one of {', '.join(_KINDS)}", f"种类：{'、'.join(_KINDS)}"),
                how={"choices": _KINDS, "metavar": "KIND"},
            ),
            Argument(
                names=("--output", "-o"),
                help=("write to this file", "写入该文件"),
                how={"default": "", "metavar": "FILE"},
            ),
            _option(
                "--sort", "sort by this field; - in front of it is descending", "按该字段排序，前加 - 为降序"
            ),
            _option("--operator", "followup: = > or >=", "followup：= > 或 >="),
            _option("--importance", "followup: the rating", "followup：评级"),
            _option(
                "--days", "followup: not contacted for more days than this", "followup：超过多少天未联系"
            ),
            _option("--q", "filtered: parts of any text", "filtered：任意文字"),
            _option("--field", "filtered: where --value is looked for", "filtered：查找 --value 的字段"),
            _option("--value", "filtered: a part of that field", "filtered：该字段包含的文字"),
            _option("--country", "filtered: the whole country", "filtered：国家（完整）"),
            Argument(
                names=("--only-valid",),
                help=("filtered: leave out invalid addresses", "filtered：不含无效邮箱"),
                how={"action": "store_true"},
            ),
        ),
    ),
)
