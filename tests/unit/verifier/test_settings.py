import pytest

from mycrm_common.errors import StartError
from mycrm_verifier.providers.registry import PROVIDERS, make_provider
from mycrm_verifier.settings import VerifierSettings


class Nobody:
    def one_at(self, host: str) -> None:
        raise AssertionError(host)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"verifier_provider": "smtp"}, "MYCRM_VERIFIER_SMTP_HELO"),
        (
            {"verifier_provider": "smtp", "verifier_smtp_helo": "crm.example.com"},
            "MYCRM_VERIFIER_SMTP_SENDER",
        ),
        ({"verifier_provider": "reacher"}, "MYCRM_VERIFIER_URL"),
        ({"verifier_provider": "keyed"}, "MYCRM_VERIFIER_KEY"),
        ({"verifier_smtp_helo": "no host\r\n"}, "MYCRM_VERIFIER_SMTP_HELO"),
        ({"verifier_smtp_sender": "a@b>\r\nDATA"}, "MYCRM_VERIFIER_SMTP_SENDER"),
        ({"verifier_disposable_file": "/nowhere/at/all"}, "MYCRM_VERIFIER_DISPOSABLE_FILE"),
        ({"verifier_provider": "else"}, "MYCRM_VERIFIER_PROVIDER"),
    ],
)
def test_a_provider_that_lacks_what_it_needs_stops_the_start(given: dict[str, str], named: str) -> None:
    with pytest.raises(StartError) as refused:
        VerifierSettings.load(**given)

    assert named in str(refused.value) or named in str(refused.value.__dict__)


def test_every_provider_can_be_chosen_and_says_what_it_reveals() -> None:
    settings = VerifierSettings.load(
        verifier_provider="smtp",
        verifier_key="a key",
        verifier_url="http://reacher.example.com",
        verifier_smtp_helo="crm.example.com",
        verifier_smtp_sender="check@example.com",
    )

    for name in PROVIDERS:
        made = make_provider(name, settings, Nobody())  # type: ignore[arg-type]  # nobody is asked here
        assert made is not None
        assert (made.name, made.cost) == (name, 1)
        assert made.reveals
    assert make_provider("local", settings, Nobody()) is None  # type: ignore[arg-type]  # as above


def test_one_chosen_later_that_lacks_what_it_needs_is_not_made() -> None:
    settings = VerifierSettings.load()

    for name in ("keyed", "smtp", "reacher", "else"):
        assert make_provider(name, settings, Nobody()) is None  # type: ignore[arg-type]  # as above
