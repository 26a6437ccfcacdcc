"""One service writes a table. The guard refuses at run time; this finds it before anything runs."""

import ast

from mycrm_common.db.schema import REVISIONS
from mycrm_common.db.tables import all_tables
from mycrm_common.db.tables.registry import COMMON
from tests.architecture.source import ROOT, SERVICES, Module, calls, modules

WRITERS = {"insert": 0, "update": 0, "delete": 0, "insert_ignoring": 1, "upsert": 1}


def _foreign_writes(module: Module, *, service: str) -> list[str]:
    owners = {table.name: table.info["owner"] for table in all_tables().tables.values()}
    imported = _imported_tables(module)
    found = []
    for name, call in calls(module):
        place = WRITERS.get(name)
        if place is None or len(call.args) <= place or not isinstance(call.args[place], ast.Name):
            continue
        table = imported.get(call.args[place].id)  # type: ignore[attr-defined]  # the line above has looked
        if table and owners[table] not in {service, COMMON}:
            found.append(
                f"{module.name}:{call.lineno} {service} writes {table}, which belongs to {owners[table]}"
            )
    return found


def _imported_tables(module: Module) -> dict[str, str]:
    tables: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mycrm_common.db.tables"):
            tables |= {alias.asname or alias.name: alias.name for alias in node.names}
    return {name: table for name, table in tables.items() if table in all_tables().tables}


def test_no_service_writes_a_table_of_another() -> None:
    foreign = [
        write
        for service in SERVICES
        for module in modules(f"services/{service}")
        for write in _foreign_writes(module, service=service)
    ]

    assert not foreign


def test_every_table_has_an_owner_that_exists() -> None:
    owners = {table.info["owner"] for table in all_tables().tables.values()}

    assert owners <= {*SERVICES, COMMON}


def test_the_revisions_are_those_that_lie_there() -> None:
    versions = ROOT / "libs/common/src/mycrm_common/db/migrations/versions"

    numbers = sorted(path.name.split("_")[1] for path in versions.glob("rev_*.py"))

    assert tuple(numbers) == REVISIONS
