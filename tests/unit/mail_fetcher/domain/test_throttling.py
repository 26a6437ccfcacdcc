"""How long a server wants to be left alone, in the words that servers use."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mycrm_mail_fetcher.domain.throttling import least_rest

SECONDS = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961),
        ("[THROTTLED] retry after 30 seconds", 30),
        ("please retry in 5 minutes", 300),
        ("Try again in about 2 hours, please", 3600),
        ("Backoff: 90s", 90),
        ("wait 250ms", 0.25),
        ("try again after 10 min", 600),
        ("请 wait 3 分钟", 180),
        ("retry in 999999999 hours", 3600),
    ],
)
def test_a_number_is_taken_at_its_word_up_to_an_hour(words: str, seconds: float) -> None:
    assert least_rest(words) == seconds * SECONDS


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", 15),
        ("[ALERT] Too many simultaneous connections. (Failure)", 1),
        (
            "[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
            1,
        ),
        ("[INUSE] mailbox is being used by another session", 1),
        ("[LIMIT] no", 1),
        ("[SERVERBUG] Internal error occurred", 1),
        ("System busy!", 1),
        ("Server Unavailable. 15", 1),
        (
            "Login fail. Account is abnormal, password is incorrect, login frequency limited, or system is busy.",
            0,
        ),
        ("登录过于频繁，请稍后再试", 5),
        ("系统繁忙", 1),
        ("LOGIN Login rate limit", 5),
        ("BYE Session expired, please login again", 1),
        ("temporary failure in authentication", 1),
    ],
)
def test_words_without_a_number_are_weighed(words: str, minutes: int) -> None:
    assert least_rest(words) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "words",
    ["", "[AUTHENTICATIONFAILED] Authentication failed.", "LOGIN failed", "Invalid credentials (Failure)", "retry",
     "goodbye password 12 s", "用户名或密码错误", "wait until 5 o'clock"],
)  # fmt: skip
def test_a_plain_refusal_asks_for_no_rest(words: str) -> None:
    assert least_rest(words) == timedelta()


@given(st.text(alphabet="retry wait again in 0123456789smhourni秒[]LIMIT", max_size=200))
def test_any_words_are_some_time_within_an_hour(words: str) -> None:
    assert timedelta() <= least_rest(words) <= timedelta(hours=1)
