"""What the backup service can be told from outside."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from mycrm_common.settings import Settings


class BackupSettings(Settings):
    """Where copies go, when, and how long they are kept."""

    backup_url: SecretStr | None = Field(
        None,
        description="ftp://, ftps://, sftp://user@host:port or a folder; a folder in data_dir when empty",
    )
    backup_password: SecretStr | None = Field(None, description="the target's password")
    backup_private_key: SecretStr | None = Field(
        None, description="private key for SFTP, in place of the password"
    )
    backup_host_key: str = Field(
        "",
        description="public key of the SFTP host, as in known_hosts; else mycrm backup trust-host stores it",
    )
    backup_ca_file: Path | None = Field(None, description="one more certificate authority to trust for FTPS")
    backup_remote_file: str = Field("/backup/mycrm-%Y%m%d.zip", description="name of a copy, by strftime")
    backup_local_file: Path | None = Field(
        None, description="name, by strftime, under which the copy is kept on this machine too"
    )
    backup_days_saved: int = Field(10, ge=1, le=36_500, description="older copies are removed")
    backup_at: str = Field("03:00", description="times of day, comma list, or `every 6h`")
    backup_sqldump_path: Path | None = Field(None, description="mariadb-dump; found on PATH when empty")
    backup_portable: bool = Field(
        False, description="add the rows in a form that another engine takes to every copy"
    )
    backup_verify: Literal["each", "weekly", "off"] = Field(
        "each", description="restore each copy to prove it, or the newest one once a week, or none"
    )
    backup_hours_allowed: float = Field(12, gt=0, le=240, description="a run that takes longer is ended")
    backup_age_recipients: str = Field(
        "", description="public keys of age (age1...), comma list: copies are encrypted to them"
    )
    backup_age_identity: SecretStr | None = Field(
        None, description="secret key of age (AGE-SECRET-KEY-...), to prove and restore encrypted copies"
    )
    backup_ping_url: SecretStr | None = Field(
        None, description="asked after each copy, with /start before and /fail after one that failed"
    )
    backup_before_migrate: bool = Field(
        True, description="make a copy before a new version changes the database's schema"
    )
