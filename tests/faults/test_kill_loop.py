"""The embedded CRM is killed while mail arrives and people edit: nothing is lost, nothing is done twice."""

from pathlib import Path

import pytest

from tests.faults.alone import Kill, make_plan, rage
from tests.faults.reckoning import Findings, of_sqlite, reckon, until_calm
from tests.faults.storm import OURS, Storm
from tests.support.dovecot import DovecotServer
from tests.support.embedded import embedded_crm


async def _weather(
    storm: Storm, plan: list[Kill], server: DovecotServer, folder: Path, *arguments: str
) -> Findings:
    print(f"seed {storm.seed} for {len(plan)} deaths")
    failpoint_file = folder / "failpoint"
    failpoint_file.write_text("", encoding="utf-8")
    environment = {
        "MYCRM_FAILPOINT_FILE": str(failpoint_file),
        "MYCRM_MAILBOX_CA_FILE": str(server.ca_file),
        "MYCRM_MAILBOX_ADDRESS": OURS,
        "MYCRM_FETCH_INTERVAL_SECONDS": "1",
    }
    async with embedded_crm(
        folder, module="tests.faults.entry", arguments=arguments, environment=environment
    ) as crm:
        await crm.set_up()
        await crm.connect_mailbox(
            host=server.host, port=server.port, username=server.username, password=server.password
        )
        await rage(storm, plan, crm, server, failpoint_file=failpoint_file)
        ask = of_sqlite(crm.data / "mycrm.db")
        # What has cost several lives waits for minutes until it is tried again.
        await until_calm(ask, storm, seconds=90 + 4 * len(plan))
        assert await crm.child.stop() == 0
        assert await ask("PRAGMA integrity_check") == [("ok",)]
        return await reckon(ask, storm)


@pytest.mark.servers("dovecot")
async def test_nothing_is_lost_or_done_twice_however_it_dies(
    dovecot_server: DovecotServer, tmp_path: Path, storm_seed: int, storm_deaths: int
) -> None:
    """Row 21."""
    storm = Storm(seed=storm_seed)

    findings = await _weather(storm, make_plan(storm_seed, kills=storm_deaths), dovecot_server, tmp_path)

    print(
        f"seed {storm.seed}: {len(storm.deaths)} deaths, {len(storm.subjects)} mails, {findings.events} events"
    )
    assert (findings.lost, findings.doubled, findings.unfit) == ([], [], []), storm.deaths
    assert len(storm.subjects) > 50
    assert sum("137" in death for death in storm.deaths) >= 4, storm.deaths


@pytest.mark.servers("dovecot")
async def test_the_storm_catches_software_that_commits_and_then_publishes(
    dovecot_server: DovecotServer, tmp_path: Path, storm_seed: int
) -> None:
    """Row 21, the control."""
    storm = Storm(seed=storm_seed)
    plan = make_plan(storm_seed, kills=6, places=("unit.committed", "relay.published"))

    findings = await _weather(storm, plan, dovecot_server, tmp_path, "broken")

    print(f"seed {storm.seed}, broken on purpose: {len(findings.lost)} lost, for example {findings.lost[:2]}")
    assert findings.lost
