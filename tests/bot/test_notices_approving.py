"""A broadcast from the draft to the approval: what is shown, who decides, and what stays frozen."""

from collections.abc import Iterator
from datetime import date, time

import pytest
from sqlalchemy import update

from bot.notices import approving
from bot.notices.approving import NoticeRefused, StaleBroadcast
from bot.notices.drafting import Draft, prepare, preview
from bot.notices.planning import Plan, Stop, make_round
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State
from db.fan_out import fan_out
from db.session import Session, Store
from tests.moment import NOW

CITY, AREA = "74.72", "74.72.02.1011"
DAY = date(2026, 12, 1)
STOP = Stop(AREA, DAY, time(8), time(12), "Kantor Pos Baubau")
NEWS = Draft(Kind.NEWS, Filters((CITY,), everyone=True), {"id": "Kantor tutup besok."})
ONE, OTHER = "staff:1", "staff:2"


@pytest.fixture
def session(sample_store: Store) -> Iterator[Session]:
    with sample_store.begin() as session:
        yield session


def announced(session: Session, *stops: Stop, actor: str = ONE) -> Broadcast:
    """Prepare the announcement of a round."""
    of_round = make_round(session, Plan("PKH", stops or (STOP,)), actor, NOW)
    return prepare(session, Draft(Kind.DISTRIBUTION, None, {}, round_id=of_round.id), actor, NOW)


def test_a_draft_shows_whom_it_reaches_and_what_it_says(session: Session) -> None:
    broadcast = announced(session)
    shown = preview(session, broadcast, NOW)
    assert shown.reach.families > shown.reach.contacts > 50
    assert shown.seconds > 0
    assert shown.problems == []
    [channel, text] = shown.samples[0]
    assert channel == "simulator"
    assert "Bukit Wolio Indah dibagikan Selasa, 1 Desember 2026, pukul 08.00-12.00 WITA" in text
    assert broadcast.expires_at is not None
    assert broadcast.expires_at.isoformat() == "2026-12-01T04:00:00+00:00"
    assert fan_out(session, broadcast, NOW) == shown.reach.contacts


def test_nobody_approves_his_own_and_what_was_submitted_stays(session: Session) -> None:
    broadcast = announced(session)
    with pytest.raises(StaleBroadcast):
        approving.submit(session, broadcast.id, ONE, NOW, broadcast.version + 1)
    approving.submit(session, broadcast.id, ONE, NOW, broadcast.version)
    assert broadcast.state == State.WAITING
    with pytest.raises(NoticeRefused, match="own"):
        approving.approve(session, broadcast.id, ONE, NOW, broadcast.version)
    session.execute(update(Notice).values(text="Lain."))
    with pytest.raises(NoticeRefused, match="changed"):
        approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version)
