"""The command line in both languages, made from data."""

from argparse import Namespace

import pytest

from mycrm_embedded.arguments import command_line
from mycrm_embedded.commands import events, process
from mycrm_embedded.commands.command import Argument, Asked, Command, OwnCommand, UsageError

EVERY: tuple[Command | OwnCommand, ...] = (*process.COMMANDS, *events.COMMANDS)


async def _do(asked: Asked) -> None:
    del asked


NUMBERED = Command(
    name="events count",
    help=("count", "计数"),
    do=_do,
    arguments=(Argument(names=("--least",), help=("least", "最少"), how={"type": int, "default": 1}),),
)


def test_what_was_typed_carries_its_command_and_its_arguments() -> None:
    given = command_line([NUMBERED], language="en").parse_args(["events", "count", "--least", "3"])

    assert (given.command, given.least, given.json) == (NUMBERED, 3, False)


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)
def test_every_command_is_explained_in_both_languages(command: Command | OwnCommand) -> None:
    texts = [command.help]
    texts += [argument.help for argument in command.arguments] if isinstance(command, Command) else []

    for english, chinese in texts:
        assert english.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)
@pytest.mark.parametrize(("language", "word"), [("en", "usage: mycrm"), ("zh-CN", "用法：mycrm")])
def test_help_is_in_the_readers_language(
    command: Command | OwnCommand, language: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line(EVERY, language=language).parse_args([*command.name.split(), "--help"])

    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert printed.startswith(word)
    assert ("show this help" in printed) == (language == "en")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("events count --least x", "'x' 不是整数"),
        ("events count --least", "缺少值"),
        ("events count --other", "无法识别的参数：--other"),
        ("events count --json=1", "不接受值 '1'"),
        ("events other", "没有 'other'"),
        ("events", "缺少参数：COMMAND"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(
    typed: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line([NUMBERED], language="zh-CN").parse_args(typed.split())

    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert told in printed
    assert "argument" not in printed


@pytest.mark.parametrize(
    ("given", "is_right"),
    [
        (Namespace(id=[1], all=False, consumer="", type=""), True),
        (Namespace(id=[], all=True, consumer="a", type="b"), True),
        (Namespace(id=[], all=False, consumer="", type=""), False),
        (Namespace(id=[1], all=True, consumer="", type=""), False),
        (Namespace(id=[1], all=False, consumer="a", type=""), False),
    ],
    ids=str,
)
def test_a_replay_names_events_or_takes_all(given: Namespace, is_right: bool) -> None:  # noqa: FBT001 - a case's outcome
    (replay,) = (command for command in events.COMMANDS if command.name == "events replay")
    if is_right:
        replay.check(given)
        return

    with pytest.raises(UsageError):
        replay.check(given)
