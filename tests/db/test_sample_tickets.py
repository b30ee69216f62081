"""The sample tickets: of all sorts, and each come to where it stands by the rules."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.sample.tickets import load_tickets
from db.session import Store
from db.ticket_states import State, replay
from db.tickets import KINDS, Ticket, TicketEvent, history_of, standing_of, step_of
from tests.moment import NOW


@pytest.mark.databases("sqlite")
def test_sample_tickets_are_of_all_sorts_and_their_history_gives_their_state(
    sample_store: Store,
) -> None:
    with sample_store.begin() as session:
        assert load_tickets(session, NOW) == 60
        tickets = session.scalars(select(Ticket)).all()
        assert {one.kind for one in tickets} == set(KINDS)
        assert {one.state for one in tickets} == set(State)
        assert len({one.area_code for one in tickets}) > 20
        assert len({one.created_at.strftime("%Y-%m") for one in tickets}) > 4
        assert (session.scalar(select(func.max(TicketEvent.at))) or NOW) <= NOW
        assert min(one.created_at for one in tickets) < NOW - timedelta(days=90)
        for one in tickets:
            history = [step_of(event) for event in history_of(session, one.id)]
            assert replay(history) == standing_of(one)
