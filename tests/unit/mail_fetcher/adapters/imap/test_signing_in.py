"""Who wants to be introduced to."""

import pytest

from mycrm_mail_fetcher.adapters.imap.signing_in import is_netease


@pytest.mark.parametrize(
    "host", ["imap.163.com", "IMAP.126.com", "imap.yeah.net.", "163.com", "imap.vip.163.com"]
)
def test_hosts_of_netease_are_known(host: str) -> None:
    assert is_netease(host)


@pytest.mark.parametrize(
    "host", ["imap.exmail.qq.com", "imap.my163.com", "163.com.example.com", "127.0.0.1", ""]
)
def test_other_hosts_are_not_taken_for_it(host: str) -> None:
    assert not is_netease(host)
