"""Whatever happens to broadcasts, in whatever order: each row is accounted for and none too many.

Rules act as officers, dispatchers and time do; the invariants are those of every broadcast.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.notices import approving
from bot.notices.carrying_on import carry_on
from bot.notices.changing import cancel_round, change_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import make_round
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.texts.format import long_date
from db.audiences import Filters
from db.broadcast_watch import changed_notices, passed_notices
from db.broadcasts import Broadcast, Kind, Notice, State, Wave, count_by_state
from db.claims import LEASE, Claimed, claim, release_expired
from db.crypto import Vault
from db.outbox import OutboundMessage
from db.quiet_hours import is_awake
from db.round_changes import undecided_change
from db.rounds import Round, distributions_of
from db.schedules import upcoming
from db.session import Session, Store
from db.settlement import Outcome, settle
from tests.audience import HERE, THERE, contact, family, make_town
from tests.broadcasts import DAY, at, look, plan, stop
from tests.tickets import CITY

ONE, OTHER = "staff:1", "staff:2"
PLANS = tuple(
    plan(stop(HERE, DAY + timedelta(days=here)), stop(THERE, DAY + timedelta(days=there)))
    for here, there in ((0, 1), (0, 2), (1, 1), (2, 0))
)
TOLD = ("sent", "delivered", "read")
ENDS = st.sampled_from(("sent", "sent", "sent", "failed", "queued"))
MAKING = ("announce", "bring_news", "cancel_all", "change")
Deed = Callable[[Session, Broadcast, datetime], object]
DEEDS: dict[str, Deed] = {
    "approve": lambda session, one, now: approving.approve(
        session, one.id, OTHER, now, one.version, sure=True
    ),
    "approve own": lambda session, one, now: approving.approve(
        session, one.id, ONE, now, one.version, sure=True
    ),
    "refuse": lambda session, one, now: approving.refuse(
        session, one.id, OTHER, "salah", now, one.version
    ),
    "pause": lambda session, one, now: approving.pause(session, one.id, ONE, now),
    "resume": lambda session, one, now: approving.resume(session, one.id, ONE, now),
    "resend": lambda session, one, now: approving.resend_failed(session, one.id, ONE, now),
    "cancel": lambda session, one, now: approving.cancel(session, one.id, ONE, "salah", now),
    "carry on": lambda session, one, now: carry_on(session, one.id, OTHER, now, one.version),
}


class Life(RuleBasedStateMachine):
    """One round and some news, from the plan to the last receipt."""

    template: Path
    folder: Path
    vault: Vault
    numbers = count()

    def __init__(self) -> None:
        super().__init__()
        path = self.folder / f"{next(self.numbers)}.db"
        shutil.copy(self.template, path)
        self.store = Store(f"sqlite:///{path}", self.vault)
        self.now = at(DAY - timedelta(days=2), 12)
        self.flying: list[Claimed] = []
        self.tended = False
        self.approved: set[tuple[str, date]] = set()
        with self.store.begin() as session:
            self.round_id = make_round(session, PLANS[0], ONE, self.now).id
        self.announce(0, 2)

    def teardown(self) -> None:
        self.store.close()

    @rule(
        deed=st.sampled_from(sorted({*MAKING, *DEEDS})), which=st.integers(0, 5),
        far=st.sampled_from((2, 2, 2, 1, 0)), hours=st.sampled_from((None, 0, 0, 1, 4, 8, 16)),
        most=st.integers(0, 5), ends=st.none() | st.lists(ENDS, min_size=9, max_size=9),
    )  # fmt: skip
    def live(
        self,
        deed: str,
        which: int,
        far: int,
        hours: int | None,
        most: int,
        ends: list[str] | None,
    ) -> None:
        """Let an officer do something, time pass, and a dispatcher tend, claim and settle.

        One rule, as of many a run tries but some, and nothing moves unless all take part.
        """
        if deed in MAKING:
            getattr(self, deed)(which, far)
        else:
            self.decide(which, deed)
        if hours is not None:
            self.tend(hours)
        self.take(most)
        if ends is not None:
            self.land(ends)

    @contextmanager
    def officer(self) -> Iterator[Session]:
        """Act as somebody who may be told that it cannot be done."""
        self.now += timedelta(seconds=1)
        self.tended = False
        with suppress(NoticeRefused, StaleBroadcast), self.store.begin() as session:
            yield session

    def hand_in(self, session: Session, made: Broadcast, far: int) -> None:
        """Bring a draft on its way: 0 leaves it, 1 submits it, more have it approved."""
        if far:
            approving.submit(session, made.id, ONE, self.now, made.version, sure=True)
        if far > 1:
            approving.approve(session, made.id, OTHER, self.now, made.version, sure=True)
            self.note(session)

    def note(self, session: Session) -> None:
        """Remember what has been approved."""
        session.flush()
        if undecided_change(session, self.round_id) is None:
            self.approved |= planned(session, self.round_id)

    def announce(self, _which: int, far: int) -> None:
        with self.officer() as session:
            draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=self.round_id)
            self.hand_in(session, prepare(session, draft, ONE, self.now), far)

    def bring_news(self, _which: int, far: int) -> None:
        with self.officer() as session:
            everybody = Filters((CITY,), everyone=True)
            draft = Draft(
                Kind.NEWS, everybody, {"id": "Kantor tutup besok."},
                send_at=self.now + timedelta(hours=2), expires_at=self.now + timedelta(days=1),
            )  # fmt: skip
            self.hand_in(session, prepare(session, draft, ONE, self.now), far)

    def change(self, which: int, far: int) -> None:
        with self.officer() as session:
            version = session.get_one(Round, self.round_id).version
            made = change_round(
                session, self.round_id, PLANS[which % len(PLANS)], "hujan", ONE, self.now, version
            )
            for draft in made[:1]:
                self.hand_in(session, draft, far)

    def decide(self, which: int, deed: str) -> None:
        with self.officer() as session:
            known = session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).all()
            one = known[which % len(known)]
            DEEDS[deed](session, one, self.now)
            assert deed != "approve own"
            self.note(session)

    def cancel_all(self, which: int, far: int) -> None:
        with self.officer() as session:
            version = session.get_one(Round, self.round_id).version
            if not which:  # seldom, as little comes after it
                made = cancel_round(session, self.round_id, "hujan", ONE, self.now, version)
                for draft in made:
                    self.hand_in(session, draft, far)

    def tend(self, hours: int) -> None:
        """Let time pass, with one or another dispatcher at work."""
        self.now += timedelta(hours=hours)
        with self.store.connect() as connection:
            if release_expired(connection, self.now):
                self.flying = []
        look(self.store, self.now)
        self.tended = True
        if not hours:
            assert look(self.store, self.now) == 0

    def take(self, most: int) -> None:
        with self.store.connect() as connection:
            claimed = claim(connection, "telegram", most, self.now).messages
        with self.store.read() as session:
            outdated = [
                *changed_notices(session).values(),
                *passed_notices(session, self.now).values(),
            ]
            for one in claimed:
                self.may_go(session, one)
                if self.tended:
                    assert all(one.notice_id not in notices for notices in outdated)
        self.flying += claimed

    def may_go(self, session: Session, one: Claimed) -> None:
        row = session.get_one(OutboundMessage, one.id)
        wave = session.get_one(Wave, row.wave_id)
        broadcast = session.get_one(Broadcast, wave.broadcast_id)
        assert broadcast.state == State.RUNNING
        assert broadcast.approved_by not in (None, broadcast.created_by)
        assert broadcast.send_at <= self.now
        assert broadcast.expires_at is not None
        assert broadcast.expires_at > self.now
        assert broadcast.urgent or is_awake(self.now, wave.zone)
        self.is_true(session, session.get_one(Notice, row.notice_id), broadcast)
        if broadcast.kind in (Kind.REMINDER, Kind.FOLLOWUP):
            told = (
                select(OutboundMessage.state)
                .join(Wave, Wave.id == OutboundMessage.wave_id)
                .where(Wave.broadcast_id == broadcast.parent_id)
            )
            heard = told.where(OutboundMessage.state.in_(TOLD))
            assert session.scalars(heard).first() is not None

    def is_true(self, session: Session, notice: Notice, broadcast: Broadcast) -> None:
        """Nothing is told of a day that is not planned, nor of one that nobody approved."""
        if broadcast.round_id is None or "BATAL" in notice.text:
            return
        stops = {one for one in planned(session, self.round_id) if one[0] == notice.area_code}
        assert any(long_date(day) in notice.text for _area, day in stops)
        assert stops <= self.approved

    def land(self, ends: list[str]) -> None:
        landed, self.flying = self.flying, []
        later = self.now + LEASE
        outcomes = [
            Outcome(
                one.id, one.tries, end, provider_id=f"p{one.id}",
                reason=None if end == "sent" else "network",
                retry_at=later if end == "queued" else None,
            )
            for one, end in zip(landed, ends * len(landed), strict=False)
        ]  # fmt: skip
        with self.store.connect() as connection:
            settle(connection, outcomes, self.now)
        self.tended = False

    @invariant()
    def all_is_accounted_for(self) -> None:
        with self.store.read() as session:
            for one in session.scalars(select(Broadcast)):
                states = count_by_state(session, one.id)
                assert sum(states.values()) == one.contacts, (one.kind, one.state, states)
                if one.approved_by is None:
                    assert not states
                if self.tended and one.state in (State.DONE, State.CANCELED):
                    assert "queued" not in states

    @invariant()
    def the_chat_tells_what_was_approved(self) -> None:
        with self.store.read() as session:
            known = {(one.area_code, one.held_on) for one in upcoming(session, self.now.date())}
            assert known <= self.approved & planned(session, self.round_id)
            for one in session.scalars(select(Broadcast).where(Broadcast.before.is_not(None))):
                assert one.undone or one.state != State.REFUSED

    @invariant()
    def nobody_is_told_twice(self) -> None:
        with self.store.read() as session:
            rows = session.execute(
                select(Wave.broadcast_id, OutboundMessage.contact_id).join(
                    Wave, Wave.id == OutboundMessage.wave_id
                )
            ).all()
            assert len(rows) == len(set(rows))
            follow = (
                select(
                    Broadcast.parent_id, Broadcast.kind, Notice.distribution_id, Broadcast.send_at
                )
                .join(Notice, Notice.broadcast_id == Broadcast.id)
                .where(
                    Broadcast.kind.in_((Kind.REMINDER, Kind.FOLLOWUP)),
                    Broadcast.state != State.CANCELED,
                )
            )  # fmt: skip
            assert max(Counter(session.execute(follow).all()).values(), default=1) == 1
            # Whoever heard of it by several is reminded by one of them.
            each = (
                select(
                    OutboundMessage.contact_id, Broadcast.kind, Notice.distribution_id,
                    Broadcast.send_at,
                )
                .join(Notice, Notice.id == OutboundMessage.notice_id)
                .join(Broadcast, Broadcast.id == Notice.broadcast_id)
                .where(Broadcast.kind.in_((Kind.REMINDER, Kind.FOLLOWUP)))
                .where(OutboundMessage.state.in_(TOLD))
            )  # fmt: skip
            assert max(Counter(session.execute(each).all()).values(), default=1) == 1


def planned(session: Session, round_id: int) -> set[tuple[str, date]]:
    """Give where and when a round is, as it stands."""
    return {
        (one.area_code, one.held_on)
        for one in distributions_of(session, round_id)
        if not one.canceled
    }


@pytest.mark.databases("sqlite")
def test_every_life_of_a_broadcast_is_in_order(
    sqlite_template: Path, tmp_path: Path, vault: Vault
) -> None:
    town = tmp_path / "town.db"
    shutil.copy(sqlite_template, town)
    store = Store(f"sqlite:///{town}", vault)
    with store.begin() as session:
        make_town(session)
        for address, area in (("ani", HERE), ("budi", HERE), ("cici", THERE)):
            home = family(session, area)
            contact(session, home, address=address)
        contact(session, home, address="cici-lain")
    store.close()

    class Here(Life):
        pass

    Here.template, Here.folder, Here.vault = town, tmp_path, vault
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30, stateful_step_count=8, deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
