"""How long the storms last, and by which seed; said on the command line (see the options in tests/conftest.py)."""

import pytest


@pytest.fixture
def storm_seed(request: pytest.FixtureRequest) -> int:
    """What makes the storm's plan."""
    return int(request.config.getoption("storm_seed"))


@pytest.fixture
def storm_seconds(request: pytest.FixtureRequest) -> float:
    """How long processes die at least."""
    return float(request.config.getoption("storm_seconds"))


@pytest.fixture
def storm_events(request: pytest.FixtureRequest) -> int:
    """How many events must have happened at least."""
    return int(request.config.getoption("storm_events"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A storm may last as long as it was told, and then as long again for the rain to run off."""
    limit = 480 + 2 * config.getoption("storm_seconds")
    for item in items:
        if "weather" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(limit))
