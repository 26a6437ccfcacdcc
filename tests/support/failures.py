"""Lets a fixture know, while it cleans up, whether its test failed."""

from collections.abc import Generator

import pytest

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes a failure at the test."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def has_failed(item: pytest.Item) -> bool:
    """Whether the test failed so far."""
    return item.stash.get(FAILED, False)
