"""Passwords are hashed, and guessing costs those who do not guess little."""

import asyncio
import threading

from mycrm_api.adapters.passwords import Argon2Passwords

PASSWORD = "correct horse battery staple"


async def test_only_the_password_itself_fits_its_hash() -> None:
    passwords = Argon2Passwords()
    stored = await passwords.hash(PASSWORD)

    assert PASSWORD not in stored
    assert stored.startswith("$argon2id$")
    assert stored != await passwords.hash(PASSWORD)
    assert await passwords.fits(PASSWORD, stored)
    assert not await passwords.fits(PASSWORD + " ", stored)
    assert not await passwords.fits(PASSWORD, None)
    assert not await passwords.fits(PASSWORD, "no hash at all")


async def test_many_guesses_at_once_take_the_memory_of_one() -> None:
    passwords = Argon2Passwords()
    before = _hashing_threads()

    assert (
        await asyncio.gather(*(passwords.fits(f"guess {number}", None) for number in range(6))) == [False] * 6
    )

    assert len(_hashing_threads() - before) == 1


def _hashing_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("passwords")}
