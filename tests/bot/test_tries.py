"""How often numbers may be tried, and that a wrong try tells nothing, on both databases."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import event, select

from bot.engine import Engine
from bot.messages import Address, Channel
from db.crypto import Vault
from db.nik_tries import MOST_A_DAY, NikTry
from db.registry import Person as RegisteredPerson
from db.session import Store
from tests.bot.registry import NURLINA, NURLINA_KK, SITI, SITI_KK, change_person, person_of
from tests.talk import Clock, Person, make_single_minded, words

UNKNOWN = "7472990101900007"
RIGHT = {SITI: SITI_KK[-4:], NURLINA: NURLINA_KK[-4:], UNKNOWN: "0001"}
MOMENT = re.compile(r"sampai .* WITA")
CONTACTS, GUESSES = 100, 8  # 10,000 guesses are in tests/bench/guesses.py


def deaf(store: Store, clock: Clock) -> Engine:
    """An engine whose language model understands nothing: numbers speak for themselves."""
    return make_single_minded(store, clock, ("out_of_scope", 0.0))


def stranger(store: Store, clock: Clock, name: str, engine: Engine | None = None) -> Person:
    """Somebody who has agreed."""
    engine = engine or deaf(store, clock)
    person = Person(engine, store, clock, Address(Channel.SIMULATOR, name))
    person.press("consent:yes")
    return person


class Work:
    """The statements and the cryptographic operations of what is done meanwhile."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.operations: Counter[str] = Counter()


@contextmanager
def watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        work.statements.append(statement)

    def counting(name: str) -> None:
        plain = getattr(Vault, name)

        def counted(*arguments: object) -> object:
            work.operations[name] += 1
            return plain(*arguments)

        monkeypatch.setattr(Vault, name, counted)

    event.listen(store.engine, "before_cursor_execute", note)
    with monkeypatch.context():
        for name in ("seal", "open", "index"):
            counting(name)
        yield work
    monkeypatch.undo()
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "failing",
    [f"{UNKNOWN} 0217", f"{UNKNOWN} {SITI_KK}", f"{SITI_KK} {UNKNOWN}", f"{SITI} {NURLINA_KK}",
     f"{SITI} {NURLINA}", f"{NURLINA_KK} {SITI}"],
)  # fmt: skip
def test_every_failure_is_the_same_work(
    sample_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    done = []
    for name, said in (("satu", f"{SITI} 9999"), ("dua", failing)):
        person = stranger(sample_store, clock, name)
        person.say("cek")
        with watched(sample_store, monkeypatch) as work:
            told = words(person.say(said))
        assert "tidak kami temukan" in told
        # Two rows are written in one statement where two numbers may be the NIK.
        statements = [re.sub(r"VALUES .*? ON", "VALUES ON", line) for line in work.statements]
        done.append((told, statements, work.operations))
    (told, statements, operations), (other_told, other_statements, other_operations) = done
    assert other_told == told
    assert other_statements == statements
    more = 1 if len(failing) > 22 else 0  # the index of the second number that is counted
    assert other_operations == operations + Counter({"index": more})


def test_a_person_without_kk_and_a_merged_one_are_the_same_work(
    sample_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_store.read() as session:
        kept = person_of(session, NURLINA).id
    change_person(sample_store, SITI, merged_into=kept)
    counted = []
    for name, nik in (("satu", SITI), ("dua", UNKNOWN)):
        person = stranger(sample_store, clock, name)
        with watched(sample_store, monkeypatch) as work:
            person.say(f"{nik} 9999")
        counted.append((len(work.statements), work.operations))
    assert counted[0] == counted[1]


@pytest.mark.databases("sqlite")
def test_guesses_disclose_nothing(sample_store: Store, clock: Clock) -> None:
    with sample_store.read() as session:
        sealed = session.scalars(
            select(RegisteredPerson.nik_sealed).where(RegisteredPerson.nik_sealed.is_not(None))
            .order_by(RegisteredPerson.id).limit(500)
        ).all()  # fmt: skip
        niks = [session.vault.open(nik or b"", "nik") for nik in sealed]
    rng = random.Random(5)
    answers: dict[tuple[int, bool], set[str]] = {}
    engine = deaf(sample_store, clock)
    names = (f"penebak-{number}" for number in range(CONTACTS))
    people = [stranger(sample_store, clock, name, engine) for name in names]
    for guess in range(GUESSES):
        clock.forward(timedelta(hours=25 if guess % 4 == 0 else 0))
        for person in people:
            exists = rng.random() < 0.5
            nik = rng.choice(niks) if exists else f"747299{rng.randrange(10**6):06}0000"
            told = MOMENT.sub("sampai …", words(person.say(f"{nik} 0000")))
            answers.setdefault((guess % 4, exists), set()).add(told)
    for place in range(4):
        assert answers[place, True] == answers[place, False]
        assert len(answers[place, True]) == 1
    assert "berhenti dulu" in next(iter(answers[2, True]))
    assert "berhenti dulu" in next(iter(answers[3, True]))


def test_five_tries_a_day_on_one_nik_from_anywhere(sample_store: Store, clock: Clock) -> None:
    for number in range(MOST_A_DAY):
        stranger(sample_store, clock, f"penebak-{number}").say(f"{SITI} 9999")
    late = stranger(sample_store, clock, "terlambat")
    told = words(late.say(f"{SITI} 0217"))
    assert told == words(stranger(sample_store, clock, "lain").say(f"{UNKNOWN} 0217"))
    clock.forward(timedelta(hours=24))
    assert "Wa Siti" in words(late.say(f"{SITI} 0217"))


def test_right_tries_are_not_counted_and_old_ones_go(sample_store: Store, clock: Clock) -> None:
    for number in range(MOST_A_DAY + 2):
        person = stranger(sample_store, clock, f"keluarga-{number}")
        assert "Wa Siti" in words(person.say(f"{SITI} 0217"))
    stranger(sample_store, clock, "penebak").say(f"{UNKNOWN} 9999")
    assert rows_of(sample_store) == [0, 1]
    clock.forward(timedelta(days=2))
    stranger(sample_store, clock, "lain").say(f"{NURLINA} 9999")
    assert rows_of(sample_store) == [1]


def rows_of(store: Store) -> list[int]:
    with store.read() as session:
        return sorted(session.scalars(select(NikTry.failures)))


def test_proving_oneself_buys_no_guesses(sample_store: Store, clock: Clock) -> None:
    person = stranger(sample_store, clock, "penebak")
    person.say(f"{NURLINA} 0001")
    person.say(f"{NURLINA} 0002")
    assert "Wa Siti" in words(person.say(f"{SITI} 0217"))
    assert "berhenti dulu" in words(person.say(f"{NURLINA} 0003"))


def test_wrong_codes_lock_the_numbers_too_in_an_open_form(
    sample_store: Store, clock: Clock
) -> None:
    person = stranger(sample_store, clock, "penebak")
    person.say("cek")
    for _ in range(3):
        told = words(person.say("kode ABCD-2345"))
    assert "Terlalu banyak" in told
    assert "berhenti dulu" in words(person.say(f"{SITI} 0217"))


class Tries(RuleBasedStateMachine):
    """Several contacts try several NIKs, right and wrong, and codes, as time goes on."""

    store: Store
    clock: Clock
    numbers = count()

    def __init__(self) -> None:
        super().__init__()
        self.clock.forward(timedelta(days=3))  # what other examples did is past
        self.people = [
            stranger(self.store, self.clock, f"orang-{next(self.numbers)}") for _ in range(4)
        ]
        self.failures: list[list[datetime]] = [[] for _ in self.people]
        self.in_a_row = [0 for _ in self.people]
        self.locked_until = [datetime.min.replace(tzinfo=UTC) for _ in self.people]
        self.on_nik: Counter[tuple[str, date]] = Counter()

    @rule(who=st.integers(0, 3), nik=st.sampled_from(sorted(RIGHT)), right=st.booleans())
    def give_numbers(self, who: int, nik: str, right: bool) -> None:
        told = words(self.people[who].say(f"{nik} {RIGHT[nik] if right else '9999'}"))
        now = self.clock()
        if self._locked(who, told, now):
            return
        today = (nik, now.astimezone(ZoneInfo("Asia/Makassar")).date())
        may_be_shown = right and nik != UNKNOWN and self.on_nik[today] < MOST_A_DAY
        assert ("data per" in told) == may_be_shown
        if not may_be_shown:
            self._failed(who, now)
            self.on_nik[today] += 1

    @rule(who=st.integers(0, 3))
    def give_a_wrong_code(self, who: int) -> None:
        told = words(self.people[who].say("kode ABCD-2345"))
        now = self.clock()
        if not self._locked(who, told, now):
            self._failed(who, now)

    @rule(hours=st.sampled_from((1, 6, 13, 23, 24, 25)))
    def wait(self, hours: int) -> None:
        self.clock.forward(timedelta(hours=hours))

    def _recent(self, who: int, now: datetime) -> list[datetime]:
        return [at for at in self.failures[who] if now - at < timedelta(hours=24)]

    def _locked(self, who: int, told: str, now: datetime) -> bool:
        """Say whether the sender was locked before this message, as he must be after three.

        The third failure itself is answered by the lock; after it nothing is tried for a day.
        """
        locked = now < self.locked_until[who]
        if len(self._recent(who, now)) >= 3:
            assert locked
        if locked:
            assert "berhenti dulu" in told or "Terlalu banyak" in told
        return locked

    def _failed(self, who: int, now: datetime) -> None:
        gap = now - self.failures[who][-1] if self.failures[who] else timedelta(days=9)
        self.in_a_row[who] = self.in_a_row[who] + 1 if gap < timedelta(hours=24) else 1
        self.failures[who].append(now)
        assert len(self._recent(who, now)) <= 3
        if self.in_a_row[who] == 3:
            self.in_a_row[who], self.locked_until[who] = 0, now + timedelta(hours=24)


def test_no_more_than_three_failures_a_contact_and_five_a_nik(
    sample_store: Store, clock: Clock
) -> None:
    class Here(Tries):
        pass

    Here.store, Here.clock = sample_store, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_tries_at_a_nik_are_counted_by_the_day_of_the_city(sample_store: Store) -> None:
    clock = Clock(datetime(2026, 11, 22, 15, 30, tzinfo=UTC))  # half past eleven at night, WITA
    for number in range(MOST_A_DAY):
        stranger(sample_store, clock, f"guesser-{number}").say(f"{SITI} 9999")
    late = stranger(sample_store, clock, "late")
    assert "data per" not in words(late.say(f"{SITI} {RIGHT[SITI]}"))
    clock.forward(timedelta(minutes=45))
    early = stranger(sample_store, clock, "early")
    assert "data per" in words(early.say(f"{SITI} {RIGHT[SITI]}"))
