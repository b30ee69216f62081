"""Incidents on the console: what is suggested, one answer and one end for all, and to whom."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.moving import Move
from bot.texts import say
from db.audit import AuditEntry
from db.incidents import Incident
from db.session import Store
from db.ticket_notes import ANSWER, notes_of
from db.ticket_states import Decision, State, replay
from db.ticket_words import index_words
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.desk import MURHUM, file_one
from tests.webhook.site import Site, over_sample

site = over_sample

RICE = "Beras di e-warong Berkah {} busuk dan berkutu, kami tidak mau."
LIST = "/console/kejadian"
_PICK = re.compile(r'name="ticket" value="(\d+:\d+)"')


def file(store: Store, story: str, *moves: Move, **more: Any) -> Ticket:
    """File a ticket that is found by its words."""
    ticket = file_one(store, *moves, story=story, **{"category": "goods", **more})
    with store.begin() as session:
        index_words(session, ticket.id, [story])
    return ticket


def three(store: Store, **more: Any) -> list[Ticket]:
    return [file(store, RICE.format(when), **more) for when in ("kemarin", "tadi", "pagi ini")]


def officer_of(site: Site, role: str = "chief", section: str = "kesehatan") -> tuple[Officer, int]:
    staff_id, _ = add_staff(site.store, site.clock(), role, section=section)
    return as_staff(site, site.store, staff_id), staff_id


def picks(tickets: list[Ticket]) -> list[str]:
    return [f"{one.id}:{one.version}" for one in tickets]


def make(officer: Officer, tickets: list[Ticket], title: str = "Beras busuk di Berkah") -> str:
    """Make an incident; gives the address of its page."""
    response = officer.post(LIST, title=title, ticket=picks(tickets))
    assert response.status_code == 303
    return response.location or ""


def now(store: Store, ticket: Ticket) -> Ticket:
    with store.read() as session:
        return session.get_one(Ticket, ticket.id)


def answers(store: Store, ticket: Ticket) -> list[str]:
    with store.read() as session:
        return [one.text for one in notes_of(session, ticket.id) if one.kind == ANSWER]


def test_similar_complaints_are_suggested_put_together_and_new_ones_offered(site: Site) -> None:
    tickets = three(site.store)
    other = file(site.store, "Petugas toko minta ongkos lima ribu untuk gesek kartu.")
    elsewhere = file(site.store, RICE.format("dulu"), category="card")
    officer, _ = officer_of(site)
    page = officer.get(LIST).text
    assert sorted(_PICK.findall(page)) == sorted(picks(tickets))
    assert RICE.format("tadi") in page
    made = make(officer, tickets)
    inside = officer.get(made).text
    assert "3 dari 3 laporan dimasukkan" in inside
    for ticket in tickets:
        assert ticket.number in inside
        after = now(site.store, ticket)
        assert after.incident_id is not None
        with site.store.read() as session:
            history = history_of(session, ticket.id)
            assert history[-1].change == "grouped"
            assert replay(map(step_of, history)) == standing_of(after)
    assert _PICK.findall(officer.get(LIST).text) == []

    late = file(site.store, RICE.format("malam"))
    offered = officer.get(f"/console/tiket/{late.number}").text
    assert "Mungkin bagian dari kejadian" in offered
    for ticket in (other, elsewhere):
        assert "Mungkin bagian" not in officer.get(f"/console/tiket/{ticket.number}").text
    assert officer.post(f"{made}/tambah", number=late.number).status_code == 303
    assert "Bagian dari kejadian" in officer.get(f"/console/tiket/{late.number}").text
    assert officer.post(f"{made}/keluarkan", number=late.number).status_code == 303
    assert now(site.store, late).incident_id is None
    for number in ("", "PKS-2026-999999", "\0"):
        officer.post(f"{made}/tambah", number=number)
        assert "tidak ditemukan" in officer.get(made).text
    officer.post(f"{made}/tambah", number=tickets[0].number)  # is in it already
    assert "0 dari 1" in officer.get(made).text


def test_all_are_answered_once_and_ended_and_what_cannot_be_is_told(site: Site) -> None:
    front, _ = officer_of(site, "front_office")
    chief, chief_id = officer_of(site)
    received, counter = file(site.store, RICE.format("a")), file(site.store, "b", counter=True)
    verified = file(site.store, "c", Move(State.VERIFIED))
    working = file(
        site.store, "d", Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=chief_id),
        Move(State.IN_PROGRESS),
    )  # fmt: skip
    tickets = [received, counter, verified, working]
    made = make(chief, tickets)
    current = [now(site.store, one) for one in tickets]
    said = {"text": "{nama}, berasnya diganti hari Senin.", "ticket": picks(current)}
    assert chief.post(f"{made}/jawab", **said).status_code == 303
    page = chief.get(made).text
    assert f"3 dari 4 laporan sudah dijawab. 1 perlu dilihat: {counter.number}." in page
    assert chief.post(f"{made}/jawab", **said).status_code == 303  # pressed twice
    for ticket in (received, verified, working):
        assert answers(site.store, ticket) == [said["text"]]
    told = [one.text for one in site.replies() if "diganti hari Senin" in one.text]
    assert len(told) == 3
    assert not any("{" in text for text in told)
    for text, ticket in zip(told, (received, verified, working), strict=True):
        assert re.findall(r"PKS-\d{4}-\d{6}", text) == [ticket.number]

    ended = {"text": "Beras sudah diganti.", "decision": "upheld", "ticket": picks(current)}
    # The front office does not end what another officer holds.
    front_only = front.post(f"{made}/selesai", **ended | {"ticket": picks(current)[3:]})
    assert front_only.status_code == 303
    assert (
        f"0 dari 1 laporan sudah diselesaikan. 1 perlu dilihat: {working.number}."
        in front.get(made).text
    )
    stale = [*picks(current)[:3], f"{working.id}:1"]
    assert chief.post(f"{made}/selesai", **ended | {"ticket": stale}).status_code == 303
    page = chief.get(made).text
    assert f"3 dari 4 laporan sudah diselesaikan. 1 perlu dilihat: {working.number}." in page
    assert now(site.store, working).state == State.IN_PROGRESS
    assert chief.post(f"{made}/selesai", **ended).status_code == 303
    assert "Kejadian ini selesai" in chief.get(made).text
    for ticket in tickets:
        after = now(site.store, ticket)
        assert (after.state, after.staff_id) == (State.RESOLVED, chief_id)
        with site.store.read() as session:
            assert replay(map(step_of, history_of(session, ticket.id))) == standing_of(after)
    assert made.rpartition("/")[2] in chief.get(f"{LIST}?selesai=1").text
    late = file(site.store, RICE.format("malam"))
    chief.post(f"{made}/tambah", number=late.number)
    assert now(site.store, late).incident_id is None  # a closed one takes no more


def test_what_somebody_may_not_see_is_neither_shown_nor_counted_nor_told(site: Site) -> None:
    tickets = three(site.store)
    hidden = file(site.store, "Beras e-warong Berkah busuk, saya takut.", secrecy="confidential")
    chief, _ = officer_of(site)
    front, _ = officer_of(site, "front_office")
    worker, _ = officer_of(site, "back_office", "pendidikan")
    elsewhere = signed_in(site, "chief", MURHUM)
    assert len(_PICK.findall(chief.get(LIST).text)) == 4
    assert sorted(_PICK.findall(front.get(LIST).text)) == sorted(picks(tickets))
    for stranger in (worker, elsewhere):
        assert _PICK.findall(stranger.get(LIST).text) == []
    made = make(chief, [*tickets, hidden])
    page = front.get(made).text
    assert "3 laporan" in page
    assert "4 laporan" not in page
    for text in (hidden.number, "saya takut"):
        assert text not in page
        assert text in chief.get(made).text
    assert 'data-label="Laporan">3<' in front.get(LIST).text
    everything = picks([now(site.store, one) for one in (*tickets, hidden)])
    front.post(f"{made}/jawab", text="Sedang kami cek.", ticket=everything)
    shown = front.get(made).text
    assert "3 dari 4" in shown
    assert hidden.number not in shown
    assert answers(site.store, hidden) == []
    assert "Bagian dari kejadian" not in front.get(f"/console/tiket/{hidden.number}").text
    for stranger in (worker, elsewhere):
        assert stranger.get(made).status_code == 404
        for path in ("tambah", "keluarkan", "jawab", "selesai"):
            assert (
                stranger.post(f"{made}/{path}", text="x" * 9, decision="upheld").status_code == 404
            )
        refused = stranger.post(LIST, title="Beras busuk", ticket=everything)
        assert refused.location == LIST
    with site.store.read() as session:
        assert len(session.scalars(select(Incident)).all()) == 1
        read = select(AuditEntry).where(AuditEntry.action == "read incident")
        assert session.scalars(read).first() is not None


def test_of_what_nobody_may_read_nothing_is_listed(site: Site) -> None:
    made = make(officer_of(site)[0], three(site.store))
    hidden = file(site.store, "Beras busuk, saya takut.", secrecy="confidential")
    front, _ = officer_of(site, "front_office")
    front.post(f"{made}/jawab", text="Sedang kami cek.", ticket=picks([hidden]))
    shown = front.get(made).text
    assert say("incident.left_unread", count=1) in shown
    assert "lagi." not in shown.partition("Buka lagi")[0]


@pytest.mark.databases("sqlite")
def test_an_answer_that_is_too_long_is_refused_and_stays(site: Site) -> None:
    tickets = three(site.store)
    officer, _ = officer_of(site)
    made = make(officer, tickets)
    text = "b" * 1_001
    for path in ("jawab", "selesai"):
        refused = officer.post(f"{made}/{path}", text=text, decision="upheld", ticket=[]).text
        assert say("desk.too_long", most=1_000) in refused
        assert text in refused


def test_old_settled_and_few_tickets_suggest_nothing(site: Site) -> None:
    officer, _ = officer_of(site)
    first, *_ = three(site.store)
    with site.store.begin() as session:
        session.get_one(Ticket, first.id).created_at = NOW - timedelta(days=15)
    assert _PICK.findall(officer.get(LIST).text) == []
    again = file(site.store, RICE.format("lagi"))
    assert again.number in officer.get(LIST).text
    with site.store.begin() as session:
        session.get_one(Ticket, again.id).state = State.RESOLVED
    assert _PICK.findall(officer.get(LIST).text) == []


@pytest.mark.databases("sqlite")
def test_a_form_that_says_too_little_changes_nothing(site: Site) -> None:
    officer, _ = officer_of(site)
    tickets = three(site.store)
    bad: dict[str, Any]
    for bad in ({"title": " \0 "}, {"ticket": []}, {"ticket": ["x", ":", "9" * 30 + ":1", "-1:1"]}):
        fields: dict[str, Any] = {"title": "Beras busuk", "ticket": picks(tickets)} | bad
        assert officer.post(LIST, **fields).location == LIST
    made = make(officer, tickets)
    for path, fields in (
        ("jawab", {"text": " "}), ("selesai", {"text": " ", "decision": "upheld"}),
        ("selesai", {"text": "Sudah diganti.", "decision": "rejected"}),
    ):  # fmt: skip
        refused = officer.post(f"{made}/{path}", **fields)
        assert refused.status_code == 200
        assert 'role="alert"' in refused.text
    assert "Sudah diganti." in refused.text
    for ticket in tickets:
        assert now(site.store, ticket).state == State.RECEIVED
    assert officer.get(f"{LIST}/999999").status_code == 404


@pytest.mark.databases("sqlite")
def test_only_open_complaints_about_the_same_are_put_in_and_each_is_told_of_its_own(
    site: Site,
) -> None:
    chief, _ = officer_of(site)
    emergency = file(site.store, "Kebakaran", kind="emergency", category="")
    card = file(site.store, RICE.format("kartu"), category="card")
    done = file(site.store, RICE.format("lama"), Move(State.REJECTED, "Tidak.", Decision.REJECTED))
    assert chief.post(LIST, title="Kebakaran besar", ticket=picks([emergency])).status_code == 303
    assert "hanya untuk pengaduan" in chief.get(LIST).text
    open_ones = three(site.store)
    made = make(chief, [emergency, card, done, *open_ones])
    for ticket in (emergency, card, done):
        assert now(site.store, ticket).incident_id is None
        chief.post(f"{made}/tambah", number=ticket.number)
        assert now(site.store, ticket).incident_id is None
    # What came in before this was forbidden stays as it is.
    with site.store.begin() as session:
        within = session.get_one(Ticket, open_ones[0].id).incident_id
        session.get_one(Ticket, emergency.id).incident_id = within
    every = [now(site.store, one) for one in (emergency, *open_ones)]
    text = "{nama}, laporan {nomor} di {kelurahan} selesai."
    chief.post(f"{made}/jawab", text=text, ticket=picks(every[1:]))
    told = [one.text for one in site.replies() if "di Bukit Wolio Indah selesai" in one.text]
    for one, said in zip(open_ones, told, strict=True):
        assert f"laporan {one.number} di" in said
    chief.post(f"{made}/selesai", text=text, decision="upheld", ticket=picks(every))
    states = [now(site.store, one).state for one in every]
    assert states == [State.RECEIVED] + [State.RESOLVED] * 3
