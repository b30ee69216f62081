"""The inbox in the store: chosen as asked, found by words, each ticket once, within sight."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import ticket_inbox
from db.areas import Scope
from db.saved_views import MOST, TooManyViews, drop_view, save_view, views_of
from db.session import Session, Store
from db.ticket_clock import Light, light_of
from db.ticket_desk import Sight
from db.ticket_home import at_desk
from db.ticket_inbox import (
    EVERY_STATE,
    NEWEST,
    OLDEST_DUE,
    PAGE,
    Filters,
    choose,
)
from db.ticket_rows import first_words, rows_of
from db.ticket_states import DONE, State
from db.ticket_words import stems
from db.tickets import ANONYMOUS, CONFIDENTIAL, PLAIN, Ticket
from tests.moment import NOW
from tests.staff import add_staff
from tests.tickets import CITY, MURHUM, VILLAGES, WOLIO, bring_to, file, make_areas

CHIEF = Sight(Scope(CITY), "chief", None, 1)
ALL = Filters(state=EVERY_STATE)
STORIES = (
    "Beras dari e-warong berbau dan berkutu",
    "PKH tahap ini belum dicairkan, tetangga sudah cair",
    "Kartu saya tertelan mesin ATM di pasar, NIK 7472915407880001",
    "Nenek di sebelah rumah hidup sendiri",
    "Uang bantuan dipotong 50000 oleh ketua kelompok",
)


def every_page(session: Session, sight: Sight, filters: Filters, patience: float = 60) -> list[int]:
    """Give the ids of all pages, in their order."""
    ids: list[int] = []
    after: str | None = None
    while True:
        chosen = choose(session, sight, filters, NOW, after, patience)
        ids += chosen.ids
        if chosen.following is None:
            return ids
        assert chosen.following != after
        after = chosen.following


def fill(store: Store) -> list[int]:
    """Put tickets of all sorts there; gives two officers."""
    officers = [add_staff(store, NOW, "officer")[0], add_staff(store, NOW, "officer")[0]]
    sorts = product(
        VILLAGES.values(),
        (("complaint", "not_paid"), ("complaint", "kis"), ("emergency", ""), ("usul", "self")),
        (None, State.VERIFIED, State.ASSIGNED, State.REJECTED),
        (PLAIN, CONFIDENTIAL),
    )
    with store.begin() as session:
        make_areas(session)
        for at, (area, (kind, category), state, secrecy) in enumerate(sorts):
            opened = NOW - timedelta(days=at % 17)
            ticket = file(
                session, STORIES[at % len(STORIES)], area=area, kind=kind, category=category,
                secrecy=secrecy, now=opened,
            )  # fmt: skip
            if state is not None:
                bring_to(session, ticket, state, officers[at % 2], opened)
    return officers


def test_every_choice_gives_just_the_tickets_that_fit_each_once(store: Store) -> None:
    officer, other = fill(store)
    sights = (
        CHIEF,
        Sight(Scope(WOLIO), "officer", None, officer),
        Sight(Scope(CITY), "back_office", "kesehatan", officer),
        Sight(Scope(f"{MURHUM}.1001"), "front_office", None, officer),
    )
    asked = (
        Filters(), ALL, Filters(kind="emergency"), Filters(kind="complaint", category="kis"),
        Filters(state=State.RECEIVED), Filters(state=State.REJECTED), Filters(section="kesehatan"),
        Filters(area_code=MURHUM), Filters(area_code=VILLAGES[WOLIO], state=EVERY_STATE),
        Filters(staff_id=other), Filters(nobodys=True), Filters(priority=2),
        *(Filters(light=light) for light in Light),
        replace(ALL, text="beras"), Filters(text="cair tetangga"), replace(ALL, text="dipotong"),
        Filters(kind="usul", light=Light.BREACHED), Filters(text="beras", kind="emergency"),
    )  # fmt: skip
    with store.read() as session:
        tickets = session.scalars(select(Ticket)).all()
        vault = session.vault
        stories = {one.id: vault.open(one.story_sealed, "story") for one in tickets}
        for sight, filters, order in product(sights, asked, (NEWEST, OLDEST_DUE)):
            fit = {
                one.id
                for one in tickets
                if sees(sight, one) and fits(filters, one) and tells(sight, filters, one, stories)
            }
            for patience in (60, -1):  # without any it goes on from where it came to
                found = every_page(session, sight, replace(filters, order=order), patience)
                assert sorted(found) == sorted(fit), (sight, filters, order)
                assert found == in_order(found, tickets, order)


def sees(sight: Sight, one: Ticket) -> bool:
    mine = one.section == sight.section or one.staff_id == sight.staff_id
    return sight.scope.covers(one.area_code) and (sight.role != "back_office" or mine)


def fits(filters: Filters, one: Ticket) -> bool:
    same = all(
        getattr(filters, name) in (None, getattr(one, name))
        for name in ("kind", "category", "section", "priority", "staff_id")
    )
    is_done = State(one.state) in DONE
    state = {None: not is_done, EVERY_STATE: True}.get(filters.state, filters.state == one.state)
    light = light_of(one.risk_at, one.due_at, NOW)
    return (
        same
        and state
        and (filters.light is None or (light is filters.light and not is_done))
        and (not filters.nobodys or one.staff_id is None)
        and (filters.area_code is None or Scope(filters.area_code).covers(one.area_code))
    )


def tells(sight: Sight, filters: Filters, one: Ticket, stories: dict[int, str]) -> bool:
    if not filters.text:
        return True
    return sight.may_read(one) and set(stems(filters.text)) <= set(stems(stories[one.id]))


def in_order(ids: Sequence[int], tickets: Sequence[Ticket], order: str) -> list[int]:
    known = {one.id: one for one in tickets}

    def place(id_: int) -> tuple[object, ...]:
        one = known[id_]
        on_top = one.kind == "emergency" and State(one.state) not in DONE
        if on_top or order == NEWEST or one.due_at is None:
            return not on_top, order == OLDEST_DUE and one.due_at is None, 0.0, -id_
        return True, False, one.due_at.timestamp(), id_

    return sorted(ids, key=place)


def test_pages_give_each_ticket_once_while_new_ones_come(store: Store) -> None:
    with store.begin() as session:
        make_areas(session)
        there = {file(session).id for _ in range(2 * PAGE + 7)}
    for order in (NEWEST, OLDEST_DUE):
        seen: list[int] = []
        after: str | None = None
        while True:
            with store.read() as session:
                chosen = choose(session, CHIEF, Filters(order=order), NOW, after, 60)
            seen += chosen.ids
            after = chosen.following
            if after is None:
                break
            with store.begin() as session:
                file(session, now=NOW - timedelta(days=30))
                file(session, kind="emergency", category="")
        assert len(seen) == len(set(seen))
        assert there <= set(seen)


def test_a_count_ends_where_it_says_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_inbox, "COUNTED", PAGE + 3)
    with store.begin() as session:
        make_areas(session)
        for _ in range(PAGE + 3):
            file(session)
        assert choose(session, CHIEF, Filters(), NOW, None, 60).count == PAGE + 3
        file(session)
        file(session)
        assert choose(session, CHIEF, Filters(), NOW, None, 60).count == PAGE + 4


WORDS = st.text(alphabet="abcdefghijklmnoprstuwy0123456789 -.,\n", min_size=3, max_size=80)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=WORDS.filter(stems), secrecy=st.sampled_from((PLAIN, ANONYMOUS, CONFIDENTIAL)))
def test_a_ticket_is_found_by_any_word_of_its_story_and_by_nobody_without_sight(
    store: Store, story: str, secrecy: str
) -> None:
    outside = Sight(Scope(MURHUM), "officer", None, 7)
    of_section = Sight(Scope(CITY), "back_office", "pendidikan", 7)
    plain = Sight(Scope(CITY), "officer", None, 7)
    with store.begin() as session:
        make_areas(session)
        ticket = file(session, story, secrecy=secrecy)
        for word in stems(story):
            for text in (word, word.upper(), f"  {word} "):
                asked = replace(ALL, text=text)
                assert ticket.id in every_page(session, CHIEF, asked)
                found = ticket.id in every_page(session, plain, asked)
                by_number = text.strip().isdigit() and ticket.number.endswith(f"-{int(text):06d}")
                assert found == (secrecy != CONFIDENTIAL or by_number)
                assert ticket.id not in every_page(session, outside, asked)
                assert ticket.id not in every_page(session, of_section, asked)


def test_a_ticket_is_found_by_its_number_however_it_is_written(store: Store) -> None:
    with store.begin() as session:
        make_areas(session)
        old, new = (file(session, now=NOW - timedelta(days=days)) for days in (400, 0))
        told = file(session, "Potongan 1 juta")
        bring_to(session, new, State.REJECTED)
        for text in (new.number, new.number.lower(), "pks 2026 000001", "PKS2026000001"):
            assert every_page(session, CHIEF, Filters(text=text)) == [new.id]
        for text in ("1", "000001"):
            assert every_page(session, CHIEF, Filters(text=text))[:2] == [new.id, old.id]
        assert told.id in every_page(session, CHIEF, Filters(text="juta"))
        outside = Sight(Scope(MURHUM), "chief", None, 1)
        assert every_page(session, outside, Filters(text=new.number)) == []
        assert every_page(session, outside, Filters(text="1")) == []
        for text in ("yang dan di", "!", "0", "PKS-2026-999999"):
            every_page(session, CHIEF, Filters(text=text))


@pytest.mark.parametrize(
    "after", ["", "x", "r", "r.", "r.x", "d.1", "d.1.x", "u.1.2", "r.٣", "d." + "9" * 18 + ".1"]
)
@pytest.mark.databases("sqlite")
def test_a_place_that_is_none_is_the_beginning(store: Store, after: str) -> None:
    with store.begin() as session:
        make_areas(session)
        ids = [file(session).id for _ in range(3)]
        assert choose(session, CHIEF, Filters(), NOW, after, 60).ids == ids[::-1]


def test_rows_tell_what_may_be_read_in_one_line_without_long_numbers(store: Store) -> None:
    officer = Sight(Scope(CITY), "officer", None, 7)
    with store.begin() as session:
        make_areas(session)
        open_, secret = file(session, STORIES[2]), file(session, STORIES[0], secrecy=CONFIDENTIAL)
        rows = rows_of(session, officer, [secret.id, open_.id, 10**6], NOW)
        assert [row.id for row in rows] == [secret.id, open_.id]
        assert rows[0].line is None
        assert rows[1].line == "Kartu saya tertelan mesin ATM di pasar, NIK •••"
        assert rows_of(session, CHIEF, [secret.id], NOW)[0].line == STORIES[0]
        assert rows_of(session, Sight(Scope(MURHUM), "chief", None, 1), [open_.id], NOW) == []
        assert rows_of(session, officer, [], NOW) == []


@given(st.text(max_size=400))
def test_first_words_are_one_short_line(story: str) -> None:
    line = first_words(story)
    assert len(line) <= 91
    assert "\n" not in line
    for number in ("7472915407880001", "0812-3456-7890", "0812 3456 7890"):
        assert number not in first_words(f"{number} {story}")


def test_what_waits_is_counted_within_sight(store: Store) -> None:
    officer, other = fill(store)
    with store.read() as session:
        tickets = session.scalars(select(Ticket)).all()
        for sight in (
            CHIEF,
            Sight(Scope(WOLIO), "officer", None, officer),
            Sight(Scope(CITY), "back_office", "kesehatan", other),
        ):
            seen = [one for one in tickets if sees(sight, one) and State(one.state) not in DONE]
            lights = [light_of(one.risk_at, one.due_at, NOW) for one in seen]
            found = at_desk(session, sight, NOW)
            assert found.late == lights.count(Light.BREACHED)
            assert found.nearly == lights.count(Light.AT_RISK)
            assert found.new == sum(one.state == State.RECEIVED for one in seen)
            assert found.mine == sum(one.staff_id == sight.staff_id for one in seen)
            assert (found.emergencies, found.talks) == (0, 0)


def test_views_are_ones_own(store: Store) -> None:
    one, other = (add_staff(store, NOW, "officer")[0] for _ in range(2))
    with store.begin() as session:
        save_view(session, one, "Wolio", "area=74.72.02")
        save_view(session, one, "Wolio", "area=74.72.02&kind=usul")
        save_view(session, other, "Wolio", "")
        (view,) = views_of(session, one)
        assert view.query == "area=74.72.02&kind=usul"
        assert drop_view(session, other, view.id) is None
        assert drop_view(session, one, view.id) == "Wolio"
        assert (len(views_of(session, one)), len(views_of(session, other))) == (0, 1)
        for number in range(MOST):
            save_view(session, one, f"Tampilan {number}", "")
        with pytest.raises(TooManyViews):
            save_view(session, one, "Satu lagi", "")
