"""Whether people got their aid: the last answer of each counts, beside how many were asked."""

from datetime import timedelta

from sqlalchemy import select

from db.contacts import Contact
from db.pickups import Answers, answers_about, keep_answer
from db.schedules import Distribution
from db.session import Store
from tests.audience import HERE, THERE, make_neighbours
from tests.broadcasts import DAY, EARLY, announce, at, look, round_of, send, stop


def test_the_last_answer_of_each_counts(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        broadcast_id = announce(session, stop(HERE), stop(THERE)).id
    round_id = round_of(store, broadcast_id).id
    after = at(DAY + timedelta(days=1), 10)
    for moment in (EARLY, after):
        look(store, moment)
        send(store, moment)
    with store.begin() as session:
        assert answers_about(session, round_id) == Answers(yes=0, no=0, asked=3)
        ani, budi, cici = session.scalars(select(Contact.id).order_by(Contact.id))
        here, there = session.scalars(select(Distribution.id).order_by(Distribution.id))
        keep_answer(session, ani, None, here, False, after)
        keep_answer(session, ani, None, here, True, after + timedelta(hours=1))
        keep_answer(session, budi, None, here, True, after)
        keep_answer(session, cici, None, there, False, after)
        keep_answer(session, cici, None, there + 100, True, after)  # which nobody has heard of
        assert answers_about(session, round_id) == Answers(yes=2, no=1, asked=3)
        assert answers_about(session, round_id + 1) == Answers(yes=0, no=0, asked=0)
