"""`mycrm demo`: a CRM full of made-up data, whose password nobody knows before, and of which nothing is left."""

import re
from pathlib import Path

import pytest

from tests.support.embedded import embedded_crm
from tests.support.waiting import eventually

# The CRM of somebody who tries the demo beside it: its folder must not be touched.
OWN = "own"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_screen_of_the_demo_has_something_to_show_and_nothing_is_left_of_it(
    tmp_path: Path, language: str
) -> None:
    own = tmp_path / OWN
    environment = {"MYCRM_DATA_DIR": str(own), "MYCRM_LANGUAGE": language, "TMPDIR": str(tmp_path)}
    arguments = ("demo", "--customers", "40")
    async with embedded_crm(
        tmp_path, module="mycrm_embedded.cli", arguments=arguments, environment=environment
    ) as crm:
        password = re.search(r"(?:Password: |密码：)(\S+)", crm.child.output())
        assert password is not None, crm.child.output()
        assert len(password[1]) >= 16
        await crm.ask("POST", "/session", {"username": "demo", "password": password[1]}, status=201)
        assert (await crm.ask("GET", "/me"))["language"] == language

        customers = (await crm.ask("GET", "/customers?total=exact&limit=50"))["items"]
        assert len(customers) == 40
        assert {customer["valid"] for customer in customers} >= {1, 2}
        contacted = [customer for customer in customers if customer["last_contact_date"]]
        assert contacted
        mails = (await crm.ask("GET", f"/customers/{contacted[0]['id']}/messages"))["items"]
        assert {mail["type"] for mail in mails} == {"receive", "sendto"}
        assert (await crm.ask("GET", "/messages/count?type=system"))["count"] > 0
        assert (await crm.ask("GET", "/followups"))["items"]
        assert (await crm.ask("GET", "/mailbox"))["folders"]
        folders = list(tmp_path.glob("mycrm-demo-*"))
        assert len(folders) == 1

        await crm.child.stop()
        await eventually(lambda: not folders[0].exists(), what="the demo's folder is gone", seconds=60)
        assert not own.exists()
