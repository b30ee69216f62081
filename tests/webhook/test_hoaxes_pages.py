"""Messages of doubtful truth in the console: read with masks, decided, warned of once."""

import re

from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.notices import approving
from bot.service import utc_now
from bot.texts import say
from db.audit import AuditEntry
from db.broadcasts import Broadcast
from db.fan_out import fan_out
from db.hoaxes import HOAX, OPEN, Hoax
from db.outbox import BULK, OutboundMessage
from db.session import Store
from tests.webhook.console import Officer, signed_in
from tests.webhook.hoaxes import PRIVATE, told_hoax
from tests.webhook.site import Site, over_sample

site = over_sample

CITY, WOLIO = "74.72", "74.72.02"
ANSWER = "Itu tautan palsu. Sumber: Dinas Sosial."


def state(store: Store, hoax_id: int) -> str:
    with store.read() as session:
        return session.get_one(Hoax, hoax_id).state


def warned(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(OutboundMessage.id).filter_by(priority=BULK)).all())


def approved(store: Store) -> int:
    """Approve the only broadcast and give how many messages it is."""
    with store.begin() as session:
        [waiting] = session.scalars(select(Broadcast))
        approving.approve(session, waiting.id, "staff:0", utc_now(), waiting.version)
        return fan_out(session, waiting, utc_now())


def mark(officer: Officer, address: str, **fields: str) -> TestResponse:
    """Send the form of a matter as its page stands now."""
    seen = re.search(r'name="seen" value="([^"]*)"', officer.get(address).text)
    return officer.post(address, seen=seen[1] if seen else "", **fields)


def test_from_the_list_to_the_warning_of_all(site: Site) -> None:
    hoax_id = told_hoax(site.store, WOLIO)
    address = f"/console/kabar/{hoax_id}"
    chief, reader = signed_in(site, "chief"), signed_in(site, "front_office")

    listed = reader.get("/console/kabar").text
    assert "bansos-cair.xyz" in listed
    assert 'href="https://bansos' not in listed
    page = reader.get(address).text
    assert "Apa benar bansos-cair.xyz/daftar?" in page
    assert PRIVATE not in page
    assert "3456" not in page
    assert 'name="answer"' not in page
    with site.store.read() as session:
        trail = session.execute(select(AuditEntry.action, AuditEntry.subject)).all()
    assert ("list hoaxes", "hoaxes") in trail
    assert ("read hoax", f"hoax:{hoax_id}") in trail

    # What is not decided is not warned of; what is decided has an answer.
    assert chief.get(f"{address}/peringatan").location == address
    assert say("hoax.not_marked") in chief.get(address).text
    assert say("hoax.no_answer") in mark(chief, address, state=HOAX, answer="x").text
    assert say("hoax.no_state") in mark(chief, address, state="maybe", answer=ANSWER).text
    assert state(site.store, hoax_id) == OPEN
    assert mark(chief, address, state=HOAX, answer=ANSWER).status_code == 303
    assert state(site.store, hoax_id) == HOAX
    assert ANSWER in reader.get(address).text
    assert "bansos-cair.xyz" in chief.get("/console/kabar?state=hoax").text
    assert "bansos-cair.xyz" not in chief.get("/console/kabar").text

    prepared = chief.get(f"{address}/peringatan").text
    assert "bansos-cair[.]xyz" in prepared
    assert ANSWER in prepared
    warning = f"{address}/peringatan"
    for wrong in ("", "pendek", "x" * 601):
        assert say("hoax.no_text") in chief.post(warning, text=wrong).text
    assert warned(site.store) == 0
    assert chief.post(warning, text=f"Awas kabar palsu. {ANSWER}").status_code == 303
    # Somebody else reads it first; then it goes out, once.
    assert "sudah diajukan" in chief.get(address).text
    chief.post(warning, text=f"Awas kabar palsu. {ANSWER}")
    assert say("hoax.warned_already") in chief.get(address).text
    assert warned(site.store) == 0
    once = approved(site.store)
    assert warned(site.store) == once > 0
    chief.post(warning, text=f"Awas kabar palsu. {ANSWER}")
    assert say("hoax.nobody") in chief.get(address).text

    assert mark(chief, address, state=OPEN).status_code == 303
    assert state(site.store, hoax_id) == OPEN


def test_pages_of_the_list_and_odd_addresses(site: Site) -> None:
    for number in range(21):
        told_hoax(site.store, CITY, f"situs-{number}.example.com")
    chief = signed_in(site, "chief")
    assert chief.get("/console/kabar").text.count("Lihat<span") == 20
    assert chief.get("/console/kabar?page=2").text.count("Lihat<span") == 1
    for odd in ("page=x", "page=-5", "page=99999999999999999999", "state=x"):
        assert chief.get(f"/console/kabar?{odd}").status_code == 200


def test_who_decides_on_an_old_page_replaces_nothing(site: Site) -> None:
    address = f"/console/kabar/{told_hoax(site.store, WOLIO)}"
    chief, officer = signed_in(site, "chief"), signed_in(site, "officer")
    seen = re.search(r'name="seen" value="([^"]*)"', officer.get(address).text)
    assert seen is not None
    mark(chief, address, state=HOAX, answer=ANSWER)
    late = officer.post(address, seen=seen[1], state="genuine", answer="Itu benar, dari kami.")
    assert say("hoax.stale") in late.text
    assert "Itu benar, dari kami." in late.text
    assert state(site.store, int(address.rpartition("/")[2])) == HOAX
