"""A CRM to look at: made-up customers and mail in a folder that is thrown away at the end."""

import asyncio
import secrets
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from mycrm_common.console import console_language
from mycrm_common.runner import Part
from mycrm_common.settings import Settings
from mycrm_embedded.commands.command import Argument, OwnCommand
from mycrm_embedded.speech import Words, said

_CUSTOMERS, _SEED = 180, 20261123
_MAKING: Words = ("Making customers and mail ...", "正在生成客户和邮件……")
_WELCOME: Words = (
    (
        "A CRM with made-up data; everything is thrown away when you press Ctrl+C.\n"
        "  Username: {name}\n  Password: {password}"
    ),
    "演示用系统，数据均为虚构；按 Ctrl+C 结束后全部删除。\n  用户名：{name}\n  密码：{password}",
)


def _demo(given: Namespace) -> int:
    from mycrm_api.settings import ApiSettings
    from mycrm_common.runner import main
    from mycrm_embedded.demo.filling import USERNAME, fill
    from mycrm_embedded.services import parts

    language = console_language()
    with _folder() as folder:
        # Nobody else knows it, and the next demo has another one.
        password = secrets.token_urlsafe(12)
        sys.stdout.write(said(_MAKING, language=language) + "\n")
        sys.stdout.flush()
        settings = _apart(ApiSettings, folder).load()
        asyncio.run(
            fill(settings, password=password, language=language, customers=given.customers, seed=given.seed)
        )
        sys.stdout.write(said(_WELCOME, language=language).format(name=USERNAME, password=password) + "\n")
        sys.stdout.flush()
        return main([_part_apart(part, folder) for part in parts()])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mycrm-demo-") as folder:
        yield Path(folder)


def _part_apart(part: Part, folder: Path) -> Part:
    return replace(part, settings=_apart(part.settings, folder))


def _apart(settings: type[Settings], folder: Path) -> type[Settings]:
    """Return the same settings for this folder alone: a demo must never meet the data of a real CRM."""

    class Apart(settings):  # type: ignore[valid-type, misc]  # which settings they are, is only known here
        @classmethod
        def load(cls, **overrides: Any) -> Self:
            own = {"data_dir": folder, "database_url": None, "bus_url": "local:", "config_file": None}
            return super().load(**own, **overrides)  # type: ignore[no-any-return]  # the class is only known here

    return Apart


COMMANDS = (
    OwnCommand(
        name="demo",
        help=(
            "start a CRM with made-up data that is thrown away at the end",
            "启动演示系统：虚构数据，结束后删除",
        ),
        do=_demo,
        arguments=(
            Argument(
                names=("--customers",),
                help=("how many customers", "客户数量"),
                how={"type": int, "default": _CUSTOMERS, "metavar": "N"},
            ),
            Argument(
                names=("--seed",),
                help=("another number makes other data", "换一个数字即生成另一批数据"),
                how={"type": int, "default": _SEED, "metavar": "N"},
            ),
        ),
    ),
)
