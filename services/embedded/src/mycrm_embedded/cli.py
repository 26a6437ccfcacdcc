"""The `mycrm` command: 0 when it is done, 1 when the API refused it, 2 for wrong arguments or settings."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from io import TextIOWrapper
from zoneinfo import ZoneInfo

from mycrm_common.console import console_language
from mycrm_common.errors import StartError
from mycrm_common.start_texts import start_line
from mycrm_embedded.api import RefusedError
from mycrm_embedded.arguments import ReadersParser, command_line
from mycrm_embedded.commands import backups, demo, doctor, events, exports, imports, process
from mycrm_embedded.commands.command import Asked, Command, OwnCommand, UsageError
from mycrm_embedded.speech import Speech

_REFUSED, _WRONG, _INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks, and return the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal of another alphabet shows what it cannot write by its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    language = console_language()
    commands = (
        *process.COMMANDS,
        *demo.COMMANDS,
        *backups.COMMANDS,
        *imports.COMMANDS,
        *exports.COMMANDS,
        *events.COMMANDS,
        *doctor.COMMANDS,
    )
    given = command_line(commands, language=language).parse_args(arguments)
    command: Command | OwnCommand = given.command
    try:
        code = _do(command, given, language=language)
        sys.stdout.flush()
    except UsageError as error:
        parser: ReadersParser = given.parser
        parser.refuse(error.words)
    except StartError as error:
        sys.stderr.write(start_line(error, language=language) + "\n")
        return _WRONG
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _do(command: Command | OwnCommand, given: Namespace, *, language: str) -> int:
    if isinstance(command, OwnCommand):
        return command.do(given)
    command.check(given)
    return asyncio.run(_ask(command, given, language=language))


async def _ask(command: Command, given: Namespace, *, language: str) -> int:
    from mycrm_api.settings import ApiSettings
    from mycrm_embedded.reaching import reached_api

    settings = ApiSettings.load()
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
    speech = Speech(language=language, raw=given.json, zone=zone)
    try:
        async with reached_api(settings) as api:
            await command.do(Asked(given=given, api=api, speech=speech))
    except RefusedError as error:
        speech.refusal(error)
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
