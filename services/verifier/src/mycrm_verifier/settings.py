"""What the verifier can be told from outside."""

from typing import Literal

from pydantic import Field

from mycrm_common.settings import Settings


class VerifierSettings(Settings):
    """Who is asked about addresses, and how often."""

    verifier_provider: Literal["local", "guest", "smtp"] = Field("local", description="who checks addresses")
    verifier_url: str = Field(
        "https://verify-email.org/home/verify-as-guest/",
        description="the provider's base; the address follows",
    )
    verifier_per_hour: int = Field(5, ge=0, le=100_000, description="questions in any rolling hour")
    verifier_local_checks: bool = Field(True, description="off: no DNS or list checks at all")
