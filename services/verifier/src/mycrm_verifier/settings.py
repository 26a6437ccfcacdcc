"""What the verifier can be told from outside."""

from typing import Literal

from pydantic import Field, SecretStr

from mycrm_common.settings import Settings

GUEST_URL = "https://verify-email.org/home/verify-as-guest/"


class VerifierSettings(Settings):
    """Who is asked about addresses, and how often."""

    verifier_provider: Literal["local", "guest", "keyed"] = Field("local", description="who checks addresses")
    verifier_url: str = Field(GUEST_URL, description="the provider's base; the address follows")
    verifier_key: SecretStr | None = Field(None, description="the key of the keyed provider")
    verifier_per_hour: int = Field(5, ge=0, le=100_000, description="questions in any rolling hour")
    verifier_local_checks: bool = Field(True, description="off: no DNS or list checks at all")
    allow_private_hosts: bool = Field(
        False, description="whether webhooks, shop and provider addresses may be private or loopback"
    )
