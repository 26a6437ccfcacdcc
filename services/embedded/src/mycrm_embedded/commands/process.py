"""Commands about the process and its database: they need no API."""

import asyncio
import sys
from argparse import Namespace

from mycrm_embedded.commands.command import OwnCommand


def _run(_: Namespace) -> int:
    from mycrm_backup.upgrading import copy_before_upgrade
    from mycrm_common.runner import main
    from mycrm_embedded.services import parts

    return main(parts(), migrates=True, before_migration=copy_before_upgrade)


def _migrate(_: Namespace) -> int:
    from mycrm_backup.upgrading import copy_before_upgrade
    from mycrm_common.db import schema
    from mycrm_common.runtime import open_runtime
    from mycrm_common.settings import Settings

    async def bring_up() -> bool:
        async with open_runtime(Settings.load()) as runtime:
            await copy_before_upgrade(runtime)
            return await schema.migrate(runtime.database)

    changed = asyncio.run(bring_up())
    sys.stdout.write(f"schema {schema.REVISIONS[-1]}: {'brought up' if changed else 'nothing to do'}\n")
    return 0


def _config(_: Namespace) -> int:
    from mycrm_embedded.effective import effective_settings

    for name, value in effective_settings():
        sys.stdout.write(f"{name}={value}\n")
    return 0


COMMANDS = (
    OwnCommand(
        name="run",
        help=("start the CRM on http://127.0.0.1:8080", "启动，地址为 http://127.0.0.1:8080"),
        do=_run,
    ),
    OwnCommand(
        name="migrate",
        help=("bring the database to this version's schema", "升级数据库结构到本版本"),
        do=_migrate,
    ),
    OwnCommand(
        name="config",
        help=("print the effective settings, secrets masked", "显示生效的设置（密码已隐藏）"),
        do=_config,
    ),
)
