"""What the demo makes up."""

from datetime import UTC, datetime
from email import message_from_bytes
from random import Random

from mycrm_embedded.demo.letters import TEAM, made_letters
from mycrm_embedded.demo.people import made_people

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_same_seed_makes_the_same_people_and_letters() -> None:
    once, again = Random(7), Random(7)
    people, same = made_people(50, once), made_people(50, again)
    assert people == same
    subjects = [message_from_bytes(letter.raw)["Subject"] for letter in made_letters(people, once, now=NOW)]
    assert subjects == [
        message_from_bytes(letter.raw)["Subject"] for letter in made_letters(same, again, now=NOW)
    ]


def test_letters_are_between_the_team_and_its_customers_and_none_is_of_the_future() -> None:
    chance = Random(7)
    people = made_people(60, chance)
    letters = made_letters(people, chance, now=NOW)
    emails = {person.email for person in people}
    assert len(emails) == 60
    assert all(email.endswith(".example") for email in emails)
    assert all(letter.at <= NOW for letter in letters)
    assert letters == sorted(letters, key=lambda letter: letter.at)
    for letter in letters:
        mail = message_from_bytes(letter.raw)
        assert TEAM in f"{mail['From']} {mail['To']}"


def test_half_of_the_customers_read_chinese() -> None:
    people = made_people(200, Random(7))
    assert 60 < sum(person.is_chinese for person in people) < 140
