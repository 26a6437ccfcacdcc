"""What every test may use: real servers on demand, and the line that says which ones ran."""

import pytest

pytest_plugins = ["tests.support.servers", "tests.support.failures", "tests.support.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is made by chance last longer, or be repeated by its seed."""
    storm = parser.getgroup("storm", "the kill loops of tests/faults")
    storm.addoption("--storm-seconds", type=float, default=60, help="how long processes are killed")
    storm.addoption("--storm-events", type=int, default=1_000, help="how many events there must be")
    storm.addoption("--storm-deaths", type=int, default=14, help="how often the embedded CRM dies")
    storm.addoption(
        "--mail-storm-lives", type=int, default=20, help="how often mail-fetcher is ended, per database"
    )
    storm.addoption("--storm-seed", type=int, default=20261122, help="the seed of who dies where and when")
    fuzz = parser.getgroup("fuzz", "damaged mails")
    fuzz.addoption("--fuzz-mails", type=int, default=5_000, help="how many damaged mails are read")
    fuzz.addoption("--fuzz-seed", type=int, default=20261122, help="the seed of how they are damaged")
    oracle = parser.getgroup("oracle", "random data against an oracle")
    oracle.addoption("--oracle-sets", type=int, default=30, help="how many random data sets are tried")
    oracle.addoption("--oracle-seed", type=int, default=20261122, help="the seed of what is in them")
    million = parser.getgroup("million", "as many customers as there may be")
    million.addoption(
        "--million", type=int, nargs="?", const=1_000_000, default=0, help="how many customers MariaDB gets"
    )
    budget = parser.getgroup("budget", "the verifier's budget under a clock that is moved")
    budget.addoption("--budget-seeds", type=int, default=2, help="how many courses of events are tried")
    schema = parser.getgroup("schema", "calls made from the description of the API")
    schema.addoption("--schema-cases", type=int, default=1_000, help="how many calls are made")
    schema.addoption("--schema-seed", type=int, default=20261123, help="the seed of what is in them")
    large = parser.getgroup("large", "how large things are made")
    large.addoption("--import-rows", type=int, default=1_500, help="how many customers one file imports")
    large.addoption("--backup-customers", type=int, default=2_000, help="how many customers one copy holds")
    large.addoption("--backup-messages", type=int, default=5_000, help="how many mails one copy holds")
    engine = parser.getgroup("compose", "the containers")
    engine.addoption("--compose", action="store_true", help="bring up the containers for real")
