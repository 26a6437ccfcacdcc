"""An integrator who knows RabbitMQ gets the events with plain aio-pika, and needs nothing of ours."""

import json
import sys
from pathlib import Path

import pytest

from mycrm_common.bus.codec import seal
from mycrm_common.bus.rabbit import RabbitBus
from mycrm_common.clock import SystemClock
from mycrm_common.events.checks import CustomerVerified
from mycrm_common.events.messages import MessageStored
from mycrm_common.ids import new_id
from mycrm_common.logs import LogShelf, open_logs
from tests.support.process import ChildProcess

SCRIPT = Path(__file__).resolve().parents[2] / "docs/events/receive.py"


@pytest.mark.servers("rabbitmq")
async def test_the_documented_script_receives_what_the_bus_carries(rabbitmq_url: str, tmp_path: Path) -> None:
    clock = SystemClock()
    bus = RabbitBus(rabbitmq_url, log=open_logs(level="error", clock=clock, shelf=LogShelf()))
    mail = MessageStored(
        message_id=7,
        type="sendto",
        date=clock.now(),
        sender_address="sales@example.cn",
        addresses=("sales@example.cn", "buyer@example.com"),
    )
    check = CustomerVerified(
        customer_id=7,
        email="buyer@example.com",
        valid=1,
        log="Success",
        provider="local",
        checked_at=clock.now(),
    )
    envelopes = [
        seal(event, event_id=new_id(clock.now()), service=service, at=clock.now())
        for service, event in (("mail-fetcher", mail), ("verifier", check))
    ]
    script = ChildProcess([sys.executable, str(SCRIPT), rabbitmq_url], log_file=tmp_path / "script.log")
    script.start()
    try:
        await script.wait_for_line("waiting for events")
        assert (await bus.publish(envelopes)).held == {envelope.id for envelope in envelopes}
        stored = await script.wait_for_line(r"^message\.stored\.v1 (\S+) (\{.*\})$")
        verified = await script.wait_for_line(r"^customer\.verified\.v1 (\S+) (\{.*\})$")
    finally:
        await script.stop()
        await bus.close()

    for envelope, printed in zip(envelopes, (stored, verified), strict=True):
        assert printed[1] == envelope.id
        assert json.loads(printed[2]) == envelope.data
