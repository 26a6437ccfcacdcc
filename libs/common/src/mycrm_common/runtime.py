"""What the settings' URLs mean: the adapters of one process, and each service's own view of them."""

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from mycrm_common.bus.local import LocalBus
from mycrm_common.bus.port import Bus
from mycrm_common.clock import Clock, SystemClock
from mycrm_common.crash import CrashPoints
from mycrm_common.db.engine import Database, parse_url
from mycrm_common.db.unit_of_work import SqlUnits
from mycrm_common.errors import StartError
from mycrm_common.handover import Handover
from mycrm_common.health import Health
from mycrm_common.ids import new_id
from mycrm_common.logs import Logger, LogShelf, open_logs
from mycrm_common.metrics import Metrics
from mycrm_common.secretbox import SecretBox, key_from
from mycrm_common.service import Wake
from mycrm_common.settings import Settings
from mycrm_common.start_texts import news_line, reader_language
from mycrm_common.work import ReadingRoom, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Console:
    """Speaks to whoever started the process, in their language; what is said here is in no log."""

    language: str

    def say(self, news: str, **values: object) -> None:
        """Tell one line of news."""
        sys.stdout.write(news_line(news, language=self.language, **values) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True, kw_only=True)
class ServiceRuntime:
    """What one service is given: everything bound to its name.

    What `lasting_unit` commits is on the disk when it returns, which others are a moment later on SQLite.
    `marked_wake` is nudged when the relay of this process has numbered events, so that whoever reads the feed looks.
    """

    service: str
    unit: UnitOfWork
    lasting_unit: UnitOfWork
    reading: ReadingRoom
    clock: Clock
    log: Logger
    box: SecretBox
    crash: CrashPoints
    health: Health
    zone: tzinfo
    process: str
    console: Console
    marked_wake: Wake = field(default_factory=Wake)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The adapters of one process."""

    database: Database
    bus: Bus
    clock: Clock
    log: Logger
    shelf: LogShelf
    box: SecretBox
    crash: CrashPoints
    health: Health
    zone: tzinfo
    process: str
    console: Console
    handover: Handover
    metrics: Metrics = field(default_factory=Metrics)
    units: type[SqlUnits] = SqlUnits
    sweep_wake: Wake = field(default_factory=Wake)
    fresh_wake: Wake = field(default_factory=Wake)
    marked_wake: Wake = field(default_factory=Wake)

    def unit_for(self, service: str, *, lasting: bool = False) -> UnitOfWork:
        """Return the units of work in which a service writes."""
        return self.units(
            self.database,
            service=service,
            clock=self.clock,
            crash=self.crash,
            told=self._nudge,
            handover=self.handover,
            lasting=lasting,
        )

    def _nudge(self) -> None:
        self.fresh_wake.nudge()
        if not self.handover.is_open:
            self.sweep_wake.nudge()

    def for_service(self, service: str) -> ServiceRuntime:
        """Return a service's own view."""
        return ServiceRuntime(
            service=service,
            unit=self.unit_for(service),
            lasting_unit=self.unit_for(service, lasting=True),
            reading=self.database.reading,
            clock=self.clock,
            log=self.log.bind(service=service),
            box=self.box,
            crash=self.crash,
            health=self.health,
            zone=self.zone,
            process=self.process,
            console=self.console,
            marked_wake=self.marked_wake,
        )


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, units: type[SqlUnits] = SqlUnits, shown: str = "debug"
) -> AsyncIterator[Runtime]:
    """Open what the settings name; anything that is not there stops the start with one clear line.

    Log lines less grave than `shown` are kept, and not printed.
    """
    clock = SystemClock()
    shelf = LogShelf()
    log = open_logs(level=settings.log_level, clock=clock, shelf=shelf, shown=shown)
    url = parse_url(settings.database)
    needs_folder = settings.secret_key is None or url.drivername.startswith("sqlite")
    if needs_folder:
        _prepare(settings.data_dir)
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    box = SecretBox(key_from(key, settings.data_dir))
    bus = _bus(settings.bus_url.get_secret_value(), log)
    database = Database(url, clock=clock)
    try:
        yield Runtime(
            database=database,
            bus=bus,
            clock=database.clock,
            log=log,
            shelf=shelf,
            box=box,
            crash=CrashPoints(settings.failpoint),
            health=Health(),
            zone=ZoneInfo(settings.time_zone) if settings.time_zone else machine_zone(),
            process=(process := new_id(clock.now())),
            handover=Handover(owner=process),
            console=Console(language=reader_language(settings.language)),
            units=units,
        )
    finally:
        await bus.close()
        await database.close()


def machine_zone() -> tzinfo:
    """Return the machine's time zone, by its name where the machine tells it, so that summer time is known."""
    link = Path("/etc/localtime")
    name = str(link.resolve()).partition("/zoneinfo/")[2]
    try:
        return ZoneInfo(name) if name else ZoneInfo("UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # Whoever cannot write here learns it now, and not in the middle of something.
        folder.chmod(0o700)
    except OSError as error:
        raise StartError("data_dir_unusable", path=folder, reason=error.strerror) from None


def _bus(url: str, log: Logger) -> Bus:
    if url == "local:":
        return LocalBus()
    if url.startswith(("amqp://", "amqps://")):
        from mycrm_common.bus.rabbit import RabbitBus

        return RabbitBus(url, log=log)
    raise StartError("bus_url_invalid", reason="it is neither local: nor amqp://user:pass@host:5672/vhost")
