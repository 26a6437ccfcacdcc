"""An integrator who knows RabbitMQ gets the events with plain aio-pika, and needs nothing of ours."""

import json
import sys
from pathlib import Path

import aio_pika
import pytest

from mycrm_common.bus.codec import seal
from mycrm_common.bus.rabbit import RabbitBus
from mycrm_common.clock import SystemClock
from mycrm_common.events.messages import MessageStored
from mycrm_common.ids import new_id
from mycrm_common.logs import LogShelf, open_logs
from tests.support.process import ChildProcess

SCRIPT = Path(__file__).resolve().parents[2] / "docs/events/receive.py"


@pytest.mark.servers("rabbitmq")
async def test_the_documented_script_receives_what_the_bus_carries(rabbitmq_url: str, tmp_path: Path) -> None:
    clock = SystemClock()
    bus = RabbitBus(rabbitmq_url, log=open_logs(level="error", clock=clock, shelf=LogShelf()))
    event = MessageStored(
        message_id=7,
        type="sendto",
        date=clock.now(),
        sender_address="sales@example.cn",
        addresses=("sales@example.cn", "buyer@example.com"),
    )
    envelope = seal(event, event_id=new_id(clock.now()), service="mail-fetcher", at=clock.now())
    script = ChildProcess([sys.executable, str(SCRIPT), rabbitmq_url], log_file=tmp_path / "script.log")
    script.start()
    try:
        await script.wait_for_line("waiting for events")
        assert (await bus.publish([envelope])).held == {envelope.id}
        await _publish_verified(rabbitmq_url)
        stored = await script.wait_for_line(r"^message\.stored\.v1 (\S+) (\{.*\})$")
        verified = await script.wait_for_line(r"^customer\.verified\.v1 (\S+) (\{.*\})$")
    finally:
        await script.stop()
        await bus.close()

    assert stored[1] == envelope.id
    assert json.loads(stored[2]) == envelope.data
    assert json.loads(verified[2])["valid"] == 1


async def _publish_verified(url: str) -> None:
    """Publish what the verifier will tell one day, by the contract's words."""
    body = {
        "specversion": "1.0",
        "id": "0199",
        "type": "customer.verified.v1",
        "source": "/mycrm/verifier",
        "data": {"customer_id": 7, "email": "buyer@example.com", "valid": 1, "log": "Success"},
    }
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("mycrm.events")
        message = aio_pika.Message(json.dumps(body).encode(), message_id="0199")
        await exchange.publish(message, routing_key="customer.verified.v1")
