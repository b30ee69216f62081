"""The pages of talks and of duty: what they show to whom, and what is done there."""

from sqlalchemy import select

from bot.outbox import open_reply
from bot.texts import say
from db.contacts import Contact
from db.duty import Duty, on_duty
from db.outbox import OutboundMessage
from db.session import Store
from db.staff import Staff
from db.talks import ENDED, TAKEN, WAITING
from db.ticket_notes import ANSWER, notes_of
from db.ticket_states import State
from db.tickets import Ticket
from tests.moment import NOW
from tests.talks import talk_of, waiting
from tests.webhook.console import signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, MURHUM, CITY = "74.72.02", "74.72.06", "74.72"


def told(store: Store) -> list[str]:
    """Give what the waiting citizen was told."""
    with store.read() as session:
        bodies = session.scalars(
            select(OutboundMessage.body)
            .join(Contact, Contact.id == OutboundMessage.contact_id)
            .where(Contact.address == "menunggu")
            .order_by(OutboundMessage.id)
        )
        return [open_reply(session.vault, body).text for body in bodies if body is not None]


def test_taken_spoken_in_and_ended_by_one_officer(site: Site) -> None:
    talk_id = waiting(site.store, NOW, WOLIO)
    address = f"/console/bicara/{talk_id}"
    front, other = signed_in(site, "front_office"), signed_in(site, "front_office")
    outside = signed_in(site, "chief", MURHUM)
    assert "menunggu" in front.get("/console/bicara").text
    assert "Tidak ada warga yang menunggu" in outside.get("/console/bicara").text
    for path in (address, f"{address}/isi"):
        assert outside.get(path).status_code == 404
    for deed in ("ambil", "kata", "selesai"):
        assert outside.post(f"{address}/{deed}", text="halo").status_code == 404
    assert talk_of(site.store, talk_id).state == WAITING

    assert front.post(f"{address}/kata", text="halo").status_code == 409
    assert told(site.store) == []
    assert front.post(f"{address}/ambil").status_code == 303
    assert talk_of(site.store, talk_id).state == TAKEN
    page = front.get(address).text
    assert say("talk.taken") in page
    assert 'name="text"' in page
    assert 'name="text"' not in other.get(address).text
    other.post(f"{address}/ambil")
    assert "sudah dipegang Rahma Salim" in other.get(address).text
    refused = other.post(f"{address}/kata", text="tulisan saya")
    assert refused.status_code == 409
    assert "tulisan saya" in refused.text
    long = front.post(f"{address}/kata", text="p" * 2_000)
    assert (long.status_code, "p" * 2_000 in long.text) == (400, True)
    front.post(f"{address}/kata", text="   ")
    assert say("talk.empty") in front.get(address).text
    front.post(f"{address}/kata", text="Ibu <b>bawa</b> KTP ya")
    assert told(site.store)[-1].endswith("Ibu <b>bawa</b> KTP ya")
    assert len(told(site.store)) == 2

    other.post(f"{address}/selesai")
    assert say("talk.over") in other.get(address).text
    assert talk_of(site.store, talk_id).state == TAKEN
    front.post(f"{address}/selesai", resolved="1")
    assert talk_of(site.store, talk_id).state == ENDED
    assert say("talk.ended") in front.get(address).text
    assert front.post(f"{address}/kata", text="halo").status_code == 409
    assert len(told(site.store)) == 3
    with site.store.read() as session:
        ticket = session.get_one(Ticket, talk_of(site.store, talk_id).ticket_id)
        assert ticket.state == State.RESOLVED
        assert [note.kind for note in notes_of(session, ticket.id)] == [ANSWER]


def test_duty_is_planned_by_chief_and_seen_by_all(site: Site) -> None:
    chief, reader = signed_in(site, "chief"), signed_in(site, "back_office")
    with site.store.read() as session:
        staff = session.scalars(select(Staff).filter_by(name="Samsul Bahri")).one()
        companion = session.scalars(select(Staff.id).filter_by(role="companion")).first()
    times = {"begins": "2026-11-22T09:00", "ends": "2026-11-22T17:00"}
    wrong: tuple[dict[str, str], ...] = (
        {"begins": "2026-11-22T17:00", "ends": "2026-11-22T09:00"},
        {"begins": "2026-11-20T09:00", "ends": "2026-11-21T09:00"},
        {"begins": "2026-11-22T09:00", "ends": "2026-12-22T09:00"},
        {"begins": "0001-01-01T00:00", "ends": "9999-12-31T23:59"},
        {"begins": "besok", "ends": ""},
        {},
    )
    for fields in wrong:
        page = chief.post("/console/piket", staff=str(staff.id), **fields)
        assert say("duty.bad_time") in page.text
    for nobody in ("", "x", str(companion), "99999999999999999999"):
        page = chief.post("/console/piket", staff=nobody, **times)
        assert say("duty.no_staff") in page.text
    assert chief.post("/console/piket", staff=str(staff.id), **times).status_code == 303
    assert "Samsul Bahri" in reader.get("/console/piket").text
    assert "Simpan" not in reader.get("/console/piket").text
    assert reader.post("/console/piket", staff=str(staff.id), **times).status_code == 403
    with site.store.read() as session:
        assert on_duty(session, WOLIO, NOW) == [staff.id]
        duty_id = session.scalars(select(Duty.id)).one()
    outside = signed_in(site, "chief", MURHUM)
    assert outside.post(f"/console/piket/{duty_id}/hapus").status_code == 404
    page = outside.post("/console/piket", staff=str(staff.id), **times)
    assert say("duty.no_staff") in page.text
    assert chief.post(f"/console/piket/{duty_id}/hapus").status_code == 303
    with site.store.read() as session:
        assert on_duty(session, WOLIO, NOW) == []
