"""Ask the provider about the next address, when there is a token for it.

The token is taken and the address claimed in one transaction that is on the disk before the question goes out: a
crash leaves the token spent and the address to the next one. Nothing is held open while the provider thinks.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from mycrm_common.clock import Clock
from mycrm_common.logs import Logger
from mycrm_common.work import ReadingRoom, UnitOfWork, Work
from mycrm_verifier.domain.breaker import Breaker, after_fault, rests_until, shut
from mycrm_verifier.domain.budget import BLOCK, SLACK, block, free_tokens, settled, take
from mycrm_verifier.domain.schedule import (
    MOST_ATTEMPTS,
    Lane,
    State,
    after_turn,
    lanes_in_turn,
    later_after,
    rest_after,
)
from mycrm_verifier.domain.verdicts import Finding, Verdict
from mycrm_verifier.ports.budget import Budgets, Standing
from mycrm_verifier.ports.provider import Answer, Outcome, Provider
from mycrm_verifier.ports.queue import Customer, Customers, Job
from mycrm_verifier.usecases.record_finding import Records, record_failure, record_finding, unanswered

_GIVEN_UP = "no answer after several questions"


def _steadily() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who is asked, with whose tokens; `steadily` counts seconds, whatever becomes of clocks."""

    provider: Provider
    per_hour: int
    budgets: Budgets
    customers: Customers
    records: Records
    unit: UnitOfWork
    lasting_unit: UnitOfWork
    reading: ReadingRoom
    clock: Clock
    owner: str
    log: Logger
    steadily: Callable[[], float] = _steadily


async def ask_provider(asker: Asker) -> bool:
    """Ask one question; False where there is no token, nobody waits, or the provider is left alone."""
    if not await _may_ask(asker) or await _is_shut(asker):
        return False
    began = asker.steadily()
    claimed = await _claim(asker)
    if claimed is None:
        return False
    job, customer = claimed
    if asker.steadily() - began > SLACK.total_seconds():
        # The token would be used later than it says; the address keeps its place.
        async with asker.unit() as work:
            await asker.records.jobs.rest(work, job, until=work.at, attempts=job.attempts)
        return True
    answer = await asker.provider.check(customer.email)
    async with asker.unit() as work:
        await _note(work, job, customer, answer, asker)
    return True


async def _may_ask(asker: Asker) -> bool:
    # Looking first keeps the writer free: most of the time there is no token.
    at = asker.clock.now()
    async with asker.reading() as look:
        standing = await asker.budgets.look(look, asker.provider.name, per_hour=asker.per_hour)
        may = _is_open(standing, asker) and await asker.records.jobs.anybody_waits(
            look, at=at, state=State.WAITING
        )
    if standing != _present(standing, at):
        # What lies in the future moves to the present once, and not along with it for as long as the future lasts.
        async with asker.unit() as work:
            await _settled(work, asker)
    return may


async def _is_shut(asker: Asker) -> bool:
    """Whether the provider knows that it can ask nobody; that costs no token, and people see it."""
    name, reason = asker.provider.name, await asker.provider.fault()
    if not reason:
        return False
    async with asker.unit() as work:
        standing = await asker.budgets.hold(work, name, per_hour=asker.per_hour)
        breaker = shut(standing.breaker, reason, at=work.at)
        await asker.budgets.save(work, name, replace(standing, breaker=breaker))
    asker.log.warning("provider.shut", provider=name, reason=reason)
    return True


def _is_open(standing: Standing, asker: Asker) -> bool:
    at = asker.clock.now()
    if rests_until(standing.breaker, at=at) is not None:
        return False
    if not asker.provider.cost:
        return settled(standing.budget, at=at).blocked_until is None
    return free_tokens(standing.budget, at=at) >= asker.provider.cost


def _present(standing: Standing, at: datetime) -> Standing:
    """The standing with nothing in it that a clock which was set back has put out of reach."""
    budget, breaker = standing.budget, standing.breaker
    block = budget.blocked_until
    return replace(
        standing,
        budget=replace(
            budget,
            used=tuple(min(used, at) for used in budget.used),
            blocked_until=None if block is None else min(block, at + BLOCK),
        ),
        breaker=replace(breaker, broken_until=rests_until(breaker, at=at) or breaker.broken_until),
    )


async def _settled(work: Work, asker: Asker) -> Standing:
    name = asker.provider.name
    await asker.budgets.settle_calls(work)
    standing = _present(await asker.budgets.hold(work, name, per_hour=asker.per_hour), work.at)
    await asker.budgets.save(work, name, standing)
    return replace(standing, budget=settled(standing.budget, at=work.at))


async def _claim(asker: Asker) -> tuple[Job, Customer] | None:
    name = asker.provider.name
    async with asker.lasting_unit() as work:
        standing = await _settled(work, asker)
        found = None
        is_open = rests_until(standing.breaker, at=work.at) is None and standing.budget.blocked_until is None
        if is_open and (not asker.provider.cost or take(standing.budget, at=work.at)):
            found = await _next(work, standing, asker)
        if found is None:
            return None
        if asker.provider.cost:
            await asker.budgets.put_calls(work, name, used_at=work.at, count=asker.provider.cost)
        turns = after_turn(standing.turns, found[0].lane)
        await asker.budgets.save(work, name, replace(standing, turns=turns))
        return found


async def _next(work: Work, standing: Standing, asker: Asker) -> tuple[Job, Customer] | None:
    """The next address whose customer still wants it checked; others are done without a question."""
    jobs = asker.records.jobs
    for lane in lanes_in_turn(standing.turns):
        while (job := await jobs.claim_waiting(work, lane, owner=asker.owner)) is not None:
            customer = await asker.customers.by_key(work, job.email_key)
            if customer is not None and (customer.is_candidate or lane is Lane.ASKED):
                return job, customer
            await jobs.finish(work, job, known_at=None, is_checked=False)
            await asker.records.tasks.close(work, job.email_key, check_id=None)
    return None


async def _note(work: Work, job: Job, customer: Customer, answer: Answer, asker: Asker) -> None:
    name = asker.provider.name
    standing = await asker.budgets.hold(work, name, per_hour=asker.per_hour)
    if answer.credits is not None:
        standing = replace(standing, credits=answer.credits)
    if answer.outcome is Outcome.FAILED:
        breaker = after_fault(standing.breaker, answer.log, at=work.at)
        asker.log.warning("provider.failed", provider=name, reason=answer.log, in_row=breaker.faults)
        standing = replace(standing, breaker=breaker)
    else:
        standing = replace(standing, breaker=Breaker())
    if answer.outcome is Outcome.LIMITED or answer.credits == 0:
        asker.log.info("provider.limited", provider=name, reason=answer.log, credits=answer.credits)
        standing = replace(standing, budget=block(standing.budget, at=work.at))
    await asker.budgets.save(work, name, standing)
    present = await asker.records.jobs.hold(work, job.email_key)
    if present is None or present.customer_id != job.customer_id:
        return  # The customer is gone, or has another address by now.
    if answer.outcome is Outcome.ANSWERED:
        finding = Finding(verdict=answer.verdict, log=answer.log, source=name, evidence=answer.evidence)
        asker.log.info(
            "address.checked", provider=name, customer_id=customer.id, verdict=answer.verdict.value
        )
        await record_finding(
            work, job, finding, customer=customer, records=asker.records, credits_left=answer.credits
        )
    else:
        await _rest(work, job, customer, answer, asker)


async def _rest(work: Work, job: Job, customer: Customer, answer: Answer, asker: Asker) -> None:
    """Try again later what was not answered; that the limit was reached is not the address's fault."""
    name = asker.provider.name
    if answer.outcome is Outcome.LIMITED:
        await record_failure(
            work, job, unanswered(answer.log, source=name), customer=customer, records=asker.records
        )
        await asker.records.jobs.rest(work, job, until=work.at, attempts=job.attempts)
        return
    attempts = job.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        given_up = Finding(verdict=Verdict.UNKNOWN, log=answer.log or _GIVEN_UP, source=name)
        await record_finding(work, job, given_up, customer=customer, records=asker.records)
        return
    await record_failure(
        work, job, unanswered(answer.log, source=name), customer=customer, records=asker.records
    )
    rest = later_after(attempts) if answer.outcome is Outcome.LATER else rest_after(attempts)
    until = work.at + (answer.again_after or rest)
    await asker.records.jobs.rest(work, job, until=until, attempts=attempts)
