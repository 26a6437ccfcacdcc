"""The servers as fixtures. Nothing starts unless a test asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.certificates import Authority, make_authority
from tests.support.dovecot import DovecotServer, dovecot
from tests.support.servers import need


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of this run."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def dovecot_server(tmp_path: Path, authority: Authority) -> AsyncIterator[DovecotServer]:
    """A Dovecot of the test's own, up in a tenth of a second, with an empty first account."""
    need("dovecot")
    async with dovecot(tmp_path, authority=authority) as server:
        yield server
