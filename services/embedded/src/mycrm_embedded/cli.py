"""The `mycrm` command."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence

from mycrm_common.errors import StartError
from mycrm_common.settings import Settings
from mycrm_common.start_texts import start_line
from mycrm_embedded.effective import effective_settings

Command = Callable[[], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="mycrm", description="A mail-centric CRM. / 以邮件为中心的客户管理系统。"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in _COMMANDS.items():
        commands.add_parser(name, help=text, description=text)
    chosen = parser.parse_args(arguments).command
    try:
        return _COMMANDS[chosen][0]()
    except StartError as error:
        from mycrm_common.runner import console_language

        sys.stderr.write(start_line(error, language=console_language()) + "\n")
        return 2


def _run() -> int:
    from mycrm_common.runner import main as run
    from mycrm_embedded.services import parts

    return run(parts(), migrates=True)


def _migrate() -> int:
    from mycrm_common.db import schema
    from mycrm_common.runtime import open_runtime

    async def bring_up() -> bool:
        async with open_runtime(Settings.load()) as runtime:
            return await schema.migrate(runtime.database)

    changed = asyncio.run(bring_up())
    sys.stdout.write(f"schema {schema.REVISIONS[-1]}: {'brought up' if changed else 'nothing to do'}\n")
    return 0


def _config() -> int:
    for name, value in effective_settings():
        sys.stdout.write(f"{name}={value}\n")
    return 0


_COMMANDS: dict[str, tuple[Command, str]] = {
    "run": (_run, "start the CRM on http://127.0.0.1:8080 / 启动"),
    "migrate": (_migrate, "bring the database to this version's schema / 升级数据库结构"),
    "config": (_config, "print the effective settings, secrets masked / 显示生效的设置（密码已隐藏）"),
}


if __name__ == "__main__":
    sys.exit(main())
