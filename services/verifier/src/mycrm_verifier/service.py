"""The verifier, put together. It has no provider to ask yet, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mycrm_common.runner import Part
from mycrm_common.runtime import ServiceRuntime
from mycrm_common.service import Service
from mycrm_verifier.settings import VerifierSettings

NAME = "verifier"


def part() -> Part:
    """Return this service for a runner."""
    return Part(name=NAME, build=build, settings=VerifierSettings)


@asynccontextmanager
async def build(runtime: ServiceRuntime, settings: VerifierSettings) -> AsyncIterator[Service]:
    """Open the service."""
    runtime.log.info("verifier.idle", reason="no provider is configured", provider=settings.verifier_provider)
    yield Service(name=NAME)
