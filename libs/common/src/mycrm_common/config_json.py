"""The original's config.json, read as it is.

It allows `//` comments, carries quotes inside its exclude names (they were the wire form of IMAP), and names
one MariaDB database. Source: the original's own description, section "config.json".
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mycrm_common.errors import StartError

# A comment starts outside a string; strings are matched first so that "http://" inside one survives.
_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*')


def read_config_json(text: str) -> dict[str, Any]:
    """Return the settings that the file stands for, by their field names here."""
    try:
        said = json.loads(_COMMENT.sub(lambda match: match[0] if match[0].startswith('"') else "", text))
    except (ValueError, RecursionError) as error:
        raise StartError("config_json_invalid", reason=str(error)) from None
    if not isinstance(said, dict):
        raise StartError("config_json_invalid", reason="it is not an object")
    return {**_database(_part(said, "db")), **_mailbox(_part(said, "mailbox")), **_backup(said)}


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name, {})
    if not isinstance(part, dict):
        raise StartError("config_json_invalid", reason=f"{name} is not an object")
    return part


def _database(said: dict[str, Any]) -> dict[str, Any]:
    if not said:
        return {}
    user, password = quote(str(said.get("user", "")), safe=""), quote(str(said.get("passwd", "")), safe="")
    place = f"{said.get('host', 'localhost')}:{said.get('port', 3306)}/{said.get('db', 'my_crm')}"
    return {"database_url": f"mysql+aiomysql://{user}:{password}@{place}"}


def _mailbox(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "exclude" in said:
        if not isinstance(said["exclude"], list):
            raise StartError("config_json_invalid", reason="mailbox.exclude is not a list")
        found["mailbox_exclude"] = ",".join(str(name).strip('"') for name in said["exclude"])
    return found | {f"mailbox_{key}": said[key] for key in ("address", "admin") if said.get(key)}


def _backup(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if said.get("sqldump_path"):
        found["backup_sqldump_path"] = str(Path(str(said["sqldump_path"])).expanduser())
    ftp = _part(said, "ftp")
    if not ftp.get("host"):
        return found
    scheme = "sftp" if ftp.get("sftp") else "ftp"
    user = quote(str(ftp.get("user", "")), safe="")
    port = f":{ftp['port']}" if ftp.get("port") else ""
    found["backup_url"] = f"{scheme}://{user}@{ftp['host']}{port}"
    if ftp.get("passwd"):
        found["backup_password"] = str(ftp["passwd"])
    if ftp.get("local_file"):
        found["backup_local_file"] = str(Path(str(ftp["local_file"])).expanduser())
    return found | {f"backup_{key}": ftp[key] for key in ("remote_file", "days_saved") if key in ftp}
