"""What the API service can be told from outside."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, SecretStr

from mycrm_common.settings import Settings


class ApiSettings(Settings):
    """Where the page is served, and the first account."""

    http_host: str = Field("127.0.0.1", description="where the page listens; containers bind 0.0.0.0")
    http_port: int = Field(8080, ge=0, le=65535, description="the page's port")
    admin_username: str | None = Field(None, min_length=1, max_length=80, description="first account")
    admin_password: SecretStr | None = Field(None, description="its password, only if there is no account")
    web_dir: Path | None = Field(None, description="the built page; found beside the code when empty")

    allow_private_hosts: bool = Field(
        False,
        description="whether webhooks, shop, provider addresses and images in mail may be private or loopback",
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the page."""
        if self.http_host == "localhost":
            return True
        try:
            return ip_address(self.http_host).is_loopback
        except ValueError:
            return False
