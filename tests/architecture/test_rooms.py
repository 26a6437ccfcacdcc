"""Small rooms, and nothing in a room that belongs elsewhere."""

import ast
import statistics

import pytest

from tests.architecture.source import ROOT, Module, calls, modules, own_modules

LARGEST_FILE = 400
MEDIAN_FILE = 120
LONGEST_FUNCTION = 60
NAMELESS = {"utils.py", "helpers.py", "manager.py", "base.py", "misc.py"}
# Only these may end a transaction.
COMMITTERS = {"unit_of_work.py", "schema.py"}
# Whoever carries events, runs jobs, reads what strangers wrote or answers them must outlive what nobody expected;
# nobody else may. A handler that raises again only tidies up on the way.
CATCHERS = {
    "libs/common/src/mycrm_common/bus/local.py",
    "libs/common/src/mycrm_common/bus/rabbit_feed.py",
    "libs/common/src/mycrm_common/bus/rabbit_publisher.py",
    "libs/common/src/mycrm_common/consumers.py",
    "libs/common/src/mycrm_common/jobs.py",
    "libs/common/src/mycrm_common/relay.py",
    "libs/common/src/mycrm_common/running.py",
    "services/api/src/mycrm_api/http/middlewares.py",
    "services/api/src/mycrm_api/usecases/carry_imports.py",
    "services/mail-fetcher/src/mycrm_mail_fetcher/adapters/reading.py",
    "services/mail-fetcher/src/mycrm_mail_fetcher/usecases/read_batch.py",
    "services/mail-fetcher/src/mycrm_mail_fetcher/usecases/sync_mailbox.py",
}


def _functions(module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_file_outgrows_its_room() -> None:
    every = [*own_modules(), *modules("tests", "tools")]

    too_large = {module.name: module.lines for module in every if module.lines > LARGEST_FILE}

    assert not too_large
    assert statistics.median(module.lines for module in own_modules()) <= MEDIAN_FILE


def test_no_function_is_too_long_to_see_at_once() -> None:
    # A migration, and a function that only holds others (a list of routes), are lists and not trains of thought.
    too_long = {
        f"{module.name}:{function.name}": _own_length(function)
        for module in [*own_modules(), *modules("tools")]
        if "migrations" not in module.name
        for function in _functions(module)
        if _own_length(function) > LONGEST_FUNCTION
    }

    assert not too_long


def _own_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without those of the functions and route tables in it."""
    inner = [node for node in function.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    tables = [
        node for node in function.body if isinstance(node, ast.Return) and isinstance(node.value, ast.List)
    ]
    length = (function.end_lineno or 0) - function.lineno + 1
    return length - sum((node.end_lineno or 0) - node.lineno + 1 for node in [*inner, *tables])


def test_files_are_named_for_what_they_are() -> None:
    nameless = [module.name for module in own_modules() if module.path.name in NAMELESS]

    assert not nameless


def test_only_the_unit_of_work_commits() -> None:
    committers = {
        module.name
        for module in own_modules()
        for name, call in calls(module)
        if name == "commit" and isinstance(call.func, ast.Attribute)
    }

    assert {name for name in committers if name.rsplit("/", 1)[-1] not in COMMITTERS} == set()


def test_connections_are_touched_in_db_and_store_alone() -> None:
    foreign = {
        module.name
        for module in own_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "connection"
        if not ({"store", "db"} & set(module.path.parts)) and module.path.name != "work.py"
    }

    assert foreign == set()


def test_only_those_who_must_outlive_surprises_catch_them() -> None:
    catchers = {
        module.name
        for module in own_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        if isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
        if not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    }

    assert catchers <= CATCHERS


def test_no_service_knows_which_way_it_runs() -> None:
    knowing = [
        module.name
        for module in own_modules()
        if "services/embedded" not in module.name and "embedded" in "".join(_code_words(module))
    ]

    assert not knowing


def _code_words(module: Module) -> list[str]:
    """Return every name that the code uses; comments and descriptions may speak of the embedded CRM."""
    return [
        getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "module", None) or ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name | ast.Attribute | ast.ImportFrom)
    ]


@pytest.mark.parametrize("service", ["api", "mail-fetcher", "verifier", "backup"])
def test_every_service_has_the_same_entrance(service: str) -> None:
    package = ROOT / "services" / service / "src" / f"mycrm_{service.replace('-', '_')}"

    assert {"__main__.py", "service.py", "settings.py"} <= {path.name for path in package.iterdir()}
