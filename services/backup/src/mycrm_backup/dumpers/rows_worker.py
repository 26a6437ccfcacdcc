"""The worker that reads rows: `python -m mycrm_backup.dumpers.rows_worker`, asked by one line of JSON.

It answers in frames (four bytes of length, then the bytes): a table's head, its rows in pieces, an empty frame, its
sums. Values are JSON where JSON has them; moments are ISO texts, bytes are `{"b64": ...}`.
"""

import json
import os
import sys
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, create_engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from mycrm_common.db.tables import all_tables

_BATCH = 500
_PIECE = 1 << 18


def main() -> None:
    """Read one question, and answer it."""
    asked = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    out = sys.stdout.buffer
    try:
        engine = create_engine(_url(asked), isolation_level="REPEATABLE READ" if asked["account"] else None)
        with engine.connect() as connection:
            _begin(connection)
            for table in all_tables().sorted_tables:
                sums: dict[str, Any] = {}
                _tell(out, [json.dumps({"table": table.name}).encode()])
                _tell(out, pieces_of(connection, table, sums))
                _tell(out, [b"", json.dumps(sums).encode()])
    except SQLAlchemyError as error:
        failed = {"failed": str(getattr(error, "orig", error))[:500]}
        _tell(out, [b"", json.dumps(failed).encode()])
        sys.exit(1)
    out.flush()


def pieces_of(connection: Connection, table: Table, sums: dict[str, Any]) -> Iterator[bytes]:
    """Give a table's rows as JSON lines in order of its key, and fill in its sums."""
    columns = [column for column in table.columns if column.computed is None]
    checksum, count, lines, size = sha256(), 0, [], 0
    head = json.dumps([column.name for column in columns]).encode() + b"\n"
    yield head
    wanted = select(*columns).order_by(*table.primary_key.columns)
    for row in connection.execution_options(stream_results=True, yield_per=_BATCH).execute(wanted):
        line = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=_plain).encode()
        checksum.update(line)
        checksum.update(b"\n")
        lines.append(line)
        count += 1
        size += len(line)
        if size > _PIECE:
            yield b"\n".join([*lines, b""])
            lines, size = [], 0
    if lines:
        yield b"\n".join([*lines, b""])
    sums |= {"rows": count, "sha256": checksum.hexdigest()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return {"b64": b64encode(value).decode()}
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(type(value))


def _url(asked: dict[str, Any]) -> URL:
    account = asked["account"]
    if account is None:
        return make_url(asked["url"])
    return URL.create(
        "mysql+pymysql",
        username=account["user"],
        password=account["password"],
        host=account["host"],
        port=account["port"],
        database=account["database"],
        query={"charset": "utf8mb4"},
    )


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "mysql":
        connection.exec_driver_sql("SET time_zone = '+00:00'")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")


def _tell(out: BinaryIO, frames: Iterable[bytes]) -> None:
    out.writelines(len(frame).to_bytes(4, "big") + frame for frame in frames)


def _end_with_parent() -> None:
    # The service keeps our input open for as long as it wants the answer.
    while os.read(sys.stdin.fileno(), 1):
        continue
    os._exit(1)


if __name__ == "__main__":
    main()
