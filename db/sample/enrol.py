"""Who is in which programme, since when, and what was paid: the rules of `rules.toml` applied."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from db.enrolments import ACTIVE, STOPPED, WAITING
from db.sample.dates import pay_day, quarter_of
from db.sample.identifiers import age_on, dice
from db.sample.records import (
    SampleArea,
    SampleEnrolment,
    SampleHousehold,
    SamplePayout,
    SamplePerson,
)

_POOREST = 5  # national aid ends at this decile
_PAST_QUARTERS = 3
_LONGEST = 2200  # days
_MOST_COMPONENTS = 4  # of a family that PKH pays for
_STILL_LISTED = 0.45  # of families that rose above the line, those whom a list still names


class Rulebook:
    """The rules of the sample on one day."""

    def __init__(self, rules: dict[str, Any], areas: Iterable[SampleArea], today: date) -> None:
        """Take the rules as they were read."""
        self._rules: dict[str, dict[str, Any]] = {rule["program"]: rule for rule in rules["rule"]}
        self._places: dict[str, list[str]] = rules["places"]
        self._kelurahan = {area.code: area.name for area in areas}
        self._today = today
        self._quarters = [quarter_of(today).back(count) for count in range(1, _PAST_QUARTERS + 1)]

    def enrol(
        self, households: Sequence[SampleHousehold], named: Sequence[dict[str, Any]]
    ) -> tuple[SampleEnrolment, ...]:
        """Give the enrolments of all families; those of the named people are written out."""
        written = {family["kk"]: family["enrolments"] for family in named}
        enrolments: list[SampleEnrolment] = []
        for household in households:
            # Each family has dice of its own, so that one family's luck moves no other's.
            rng = dice("enrolments", household.kk)
            if household.kk in written:
                enrolments += self._written(rng, household, written[household.kk])
            else:
                enrolments += self._drawn(rng, household)
        return tuple(enrolments)

    def _written(
        self, rng: random.Random, household: SampleHousehold, rows: Sequence[dict[str, Any]]
    ) -> Iterator[SampleEnrolment]:
        for row in rows:
            since = self._today - timedelta(days=row["days"])
            person = household.members[row["member"]]
            rule = self._rules[row["program"]]
            status, reason = row["status"], row.get("reason")
            yield self._enrolment(rng, household, person, rule, status, since, reason)

    def _drawn(self, rng: random.Random, household: SampleHousehold) -> Iterator[SampleEnrolment]:
        for rule in self._rules.values():
            if household.area_code not in rule.get("areas", (household.area_code,)):
                continue
            for person in self._candidates(rule, household):
                standing = _standing(rng, rule, household.decile)
                if standing is not None:
                    status, days, reason = standing
                    since = self._today - timedelta(days=days)
                    yield self._enrolment(rng, household, person, rule, status, since, reason)

    def _candidates(self, rule: dict[str, Any], household: SampleHousehold) -> list[SamplePerson]:
        if rule.get("bands_of") == "family" and not self._yearly_amount(rule, household, None):
            return []
        if rule["who"] == "carer":
            people = [household.carer]
        elif rule["who"] == "head":
            people = [household.head]
        else:
            people = [who for who in household.members if who.relation in rule["relations"]]
        youngest, oldest = rule.get("ages", (0, 120))
        fitting = [
            who
            for who in people
            if youngest <= age_on(who.birth_date, self._today) <= oldest
            and who.sex == rule.get("sex", who.sex)
        ]
        return fitting[: rule.get("most", 1)]

    def _enrolment(
        self,
        rng: random.Random,
        household: SampleHousehold,
        person: SamplePerson,
        rule: dict[str, Any],
        status: str,
        since: date,
        reason: str | None,
    ) -> SampleEnrolment:
        payouts: tuple[SamplePayout, ...] = ()
        if status != WAITING and "pays" in rule:
            # What was stopped had begun some years before, and was paid until then.
            begun, ended = (since, self._today) if status == ACTIVE else (date.min, since)
            payouts = tuple(
                payout
                for payout in self._payouts(rng, household, person, rule)
                if begun <= payout.paid_on < ended
            )
        return SampleEnrolment(
            kk=household.kk,
            nik=person.nik,
            program=rule["program"],
            list_key=rule["list"],
            status=status,
            since=since,
            reason=reason,
            payouts=payouts,
        )

    def _payouts(
        self,
        rng: random.Random,
        household: SampleHousehold,
        person: SamplePerson,
        rule: dict[str, Any],
    ) -> Iterator[SamplePayout]:
        place = rng.choice(self._places[rule["place"]])
        place = place.format(kelurahan=self._kelurahan[household.area_code])
        yearly = self._yearly_amount(rule, household, person)
        stages = 4 if rule["pays"] == "quarter" else 1
        quarters = self._quarters if stages > 1 else self._quarters[:1]
        for quarter in quarters:
            period = f"Tahap {quarter.stage} {quarter.year}" if stages > 1 else str(quarter.year)
            amount = None if yearly is None else yearly // stages
            yield SamplePayout(period, amount, pay_day(quarter, household.area_code), place)

    def _yearly_amount(
        self, rule: dict[str, Any], household: SampleHousehold, person: SamplePerson | None
    ) -> int | None:
        """Give rupiah a year by the ages of the family or the person; None for goods."""
        if "bands" not in rule:
            return None
        people = household.members if rule["bands_of"] == "family" else (person,)
        ages = [age_on(who.birth_date, self._today) for who in people if who is not None]
        amounts: list[int] = [
            amount for age in ages for low, high, amount in rule["bands"] if low <= age <= high
        ]
        return sum(sorted(amounts, reverse=True)[:_MOST_COMPONENTS])


def _standing(
    rng: random.Random, rule: dict[str, Any], decile: int | None
) -> tuple[str, int, str | None] | None:
    """Give status, days since then and reason; None for somebody outside the programme."""
    if decile is None:
        return None
    if decile > _POOREST:
        if "risen_reason" not in rule or rng.random() > _STILL_LISTED:
            return None
        return STOPPED, rng.randint(25, 150), rule["risen_reason"].format(decile=decile)
    if rng.random() >= rule["share"][decile - 1]:
        return None
    fate = rng.random()
    if fate < rule["waiting"]:
        return WAITING, rng.randint(10, 140), rule["waiting_reason"]
    if fate < rule["waiting"] + rule["stopped"]:
        return STOPPED, rng.randint(25, 180), rng.choice(rule["stopped_reasons"])
    return ACTIVE, rng.randint(200, rule.get("longest", _LONGEST)), None
