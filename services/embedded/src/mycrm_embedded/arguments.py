"""The command line: read by argparse, explained in the reader's language."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from mycrm_embedded.commands.command import Argument, Command, OwnCommand
from mycrm_embedded.speech import Words, said

_BAD_USAGE = 2
_ABOUT: Words = (
    "A mail-centric CRM. Everything but run, migrate and config asks the CRM that runs, or works without one.",
    "以邮件为中心的客户管理系统。除 run、migrate、config 外，各命令都会连接正在运行的 CRM；没有运行时也可单独使用。",
)
_GROUPS: dict[str, Words] = {
    "backup": ("copies of the database", "数据库备份"),
    "events": ("events that could not be done", "未能处理的事件"),
    "imports": ("imports that were made", "以往的导入"),
}
_RAW = Argument(
    names=("--json",),
    help=("print the answer of the API as it is", "原样输出接口返回的 JSON"),
    how={"action": "store_true"},
)
# argparse has no Chinese; these are all that it says of a command line like ours.
_CHINESE: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"无法识别的参数：\1"),
    (r"ambiguous option: (.+) could match (.+)", r"选项 \1 不明确，可能是 \2"),
    (r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", r"\1：没有 \2，可选：\3"),
    (r"argument (.+?): invalid int value: (.+)", r"\1：\2 不是整数"),
    (r"argument (.+?): invalid fromisoformat value: (.+)", r"\1：\2 不是形如 2026-11-22 的日期"),
    (r"argument (.+?): expected one argument", r"\1：缺少值"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1：不接受值 \2"),
)


class ReadersParser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language."""

    def __init__(self, *, language: str, about: Words, **how: object) -> None:
        super().__init__(description=said(about, language=language), add_help=False, **how)  # type: ignore[arg-type] # argparse's own keywords
        self.language = language
        self._positionals.title = self._said(("arguments", "参数"))
        self._optionals.title = self._said(("options", "选项"))
        self.add_argument("-h", "--help", action="help", help=self._said(("show this help", "显示此帮助")))

    def format_usage(self) -> str:
        """Return the usage line."""
        return self._called(super().format_usage())

    def format_help(self) -> str:
        """Return the help."""
        return self._called(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the command line, and end."""
        if self.language == "zh-CN":
            for english, chinese in _CHINESE:
                message = re.sub(english, chinese, message)
        sys.stderr.write(self.format_usage() + f"{self.prog}: {message}\n")
        sys.exit(_BAD_USAGE)

    def refuse(self, words: Words) -> NoReturn:
        """Tell what does not go together, and end."""
        self.error(self._said(words))

    def _called(self, text: str) -> str:
        return text.replace("usage: ", self._said(("usage: ", "用法：")), 1)

    def _said(self, words: Words) -> str:
        return said(words, language=self.language)


def command_line(commands: Sequence[Command | OwnCommand], *, language: str) -> ReadersParser:
    """Return the parser of all commands; what it reads carries `command` and its `parser`."""
    root = ReadersParser(language=language, about=_ABOUT, prog="mycrm")
    groups = {"": _room(root)}
    for command in commands:
        group, _, name = command.name.rpartition(" ")
        if group not in groups:
            made = groups[""].add_parser(
                group,
                language=language,
                about=_GROUPS[group],
                help=said(_GROUPS[group], language=language),
            )
            groups[group] = _room(made)
        parser = groups[group].add_parser(
            name, language=language, about=command.help, help=said(command.help, language=language)
        )
        parser.set_defaults(command=command, parser=parser)
        raw = (_RAW,) if isinstance(command, Command) else ()
        for argument in (*command.arguments, *raw):
            parser.add_argument(*argument.names, help=said(argument.help, language=language), **argument.how)
    return root


def _room(parser: ReadersParser) -> "argparse._SubParsersAction[ReadersParser]":
    title = said(("commands", "命令"), language=parser.language)
    return parser.add_subparsers(title=title, required=True, dest="one", metavar="COMMAND")
