"""A cry for help is answered also by a store in which nobody has put the areas yet."""

import pytest
from sqlalchemy import select

from db.session import Store
from db.tickets import Ticket
from nlu.classifier import Model
from tests.moment import NOW
from tests.talk import Clock, Person, make_engine, words


@pytest.mark.databases("sqlite")
def test_what_to_do_is_told_where_no_desk_is(store: Store, model: Model) -> None:
    clock = Clock(NOW)
    someone = Person(make_engine(store, model, clock), store, clock)
    for told in (someone.say("tolong rumah saya kebakaran"), someone.press("emergency:call")):
        assert "Kalau ada bahaya" in words(told)
    with store.read() as session:
        assert session.scalars(select(Ticket)).all() == []
