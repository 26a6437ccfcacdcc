"""What the verifier can be told from outside."""

from typing import Literal

from pydantic import Field, FilePath, SecretStr, ValidationInfo, field_validator

from mycrm_common.settings import Settings

GUEST_URL = "https://verify-email.org/home/verify-as-guest/"
# Mail servers that have been there for many years; none is told more than that somebody connects.
_PROBES = "gmail-smtp-in.l.google.com,mx1.qq.com,mx.yandex.net"
_HOST = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$"
_SENDER = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$"
_NEEDS = {
    "verifier_key": "keyed",
    "verifier_url": "reacher",
    "verifier_smtp_helo": "smtp",
    "verifier_smtp_sender": "smtp",
}


class VerifierSettings(Settings):
    """Who is asked about addresses, and how often."""

    verifier_provider: Literal["local", "guest", "keyed", "smtp", "reacher"] = Field(
        "local", description="who checks addresses"
    )
    verifier_url: str = Field(
        GUEST_URL, validate_default=True, description="the provider's base; the address follows"
    )
    verifier_key: SecretStr | None = Field(
        None, validate_default=True, description="the key of the provider keyed or reacher"
    )
    verifier_per_hour: int = Field(5, ge=0, le=100_000, description="questions in any rolling hour")
    verifier_local_checks: bool = Field(True, description="off: no DNS or list checks at all")
    verifier_disposable_file: FilePath | None = Field(
        None, description="domains of throw-away addresses, one a line, instead of the list that we ship"
    )
    verifier_roles_file: FilePath | None = Field(
        None, description="names of offices such as info, one a line, instead of RFC 2142's"
    )
    verifier_smtp_helo: str | None = Field(
        None,
        pattern=_HOST,
        validate_default=True,
        description="our host's public name, for the provider smtp",
    )
    verifier_smtp_sender: str | None = Field(
        None, pattern=_SENDER, validate_default=True, description="the sender that mail servers are shown"
    )
    verifier_smtp_probes: str = Field(
        _PROBES, description="mail servers by which it is found out whether port 25 is open"
    )
    allow_private_hosts: bool = Field(
        False,
        description="whether webhooks, shop, provider addresses and images in mail may be private or loopback",
    )

    @field_validator("verifier_url", "verifier_key", "verifier_smtp_helo", "verifier_smtp_sender")
    @classmethod
    def _is_there_where_needed(cls, value: object, info: ValidationInfo) -> object:
        """Refuse a provider that lacks what it needs to ask anybody."""
        provider = info.data.get("verifier_provider")
        is_missing = value is None or (provider == "reacher" and value == GUEST_URL)
        if provider == _NEEDS[str(info.field_name)] and is_missing:
            raise ValueError(f"is needed by the provider {provider}")
        return value

    @property
    def probes(self) -> tuple[str, ...]:
        """The mail servers that are tried."""
        return tuple(host.strip() for host in self.verifier_smtp_probes.split(",") if host.strip())
