"""What the backup service can be told from outside."""

from pathlib import Path

from pydantic import Field, SecretStr

from mycrm_common.settings import Settings


class BackupSettings(Settings):
    """Where copies go, when, and how long they are kept."""

    backup_url: SecretStr | None = Field(
        None,
        description="ftp://, ftps://, sftp://user@host:port or a folder; a folder in data_dir when empty",
    )
    backup_password: SecretStr | None = Field(None, description="the target's password")
    backup_remote_file: str = Field("/backup/mycrm-%Y%m%d.zip", description="name of a copy, by strftime")
    backup_local_file: Path | None = Field(None, description="keep the dump here as well")
    backup_days_saved: int = Field(10, ge=1, le=36_500, description="older copies are removed")
    backup_at: str = Field("03:00", description="times of day, comma list, or `every 6h`")
    backup_sqldump_path: Path | None = Field(None, description="mariadb-dump; found on PATH when empty")
