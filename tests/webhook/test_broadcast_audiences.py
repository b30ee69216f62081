"""Whom an announcement is for: what stands is kept, and nobody is added without a word."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.notices.drafting import Draft, prepare
from bot.texts import say
from db.areas import Scope
from db.audience_files import store_members
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind
from db.contacts import Contact
from db.rounds import Round
from db.session import Store
from db.staff import Staff
from tests.audience import contact, family
from tests.broadcasts import look, send
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.console import Officer, signed_in
from tests.webhook.forms import form_of
from tests.webhook.notices import NEWS, round_in
from tests.webhook.site import Site, over_sample
from tests.webhook.test_rounds_pages import announce

site = over_sample

CITY, WOLIO, MURHUM, LAMANGGA = "74.72", "74.72.02", "74.72.06", "74.72.06.1008"
NEW, AGAIN = "/console/pengumuman/baru", "tetap kirim lagi"
ONLY = ("ani", "budi", "cici")


def families(store: Store) -> None:
    """Let three families of the poorest be the only ones who want to hear of aid."""
    with store.begin() as session:
        for one in session.scalars(select(Contact)):
            one.notices = False
        for address in ONLY:
            contact(session, family(session, LAMANGGA, decile=1), address=address)


def made(officer: Officer, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Send the form of an announcement; gives its page and its audience."""
    answered = officer.post(NEW, **fields)
    assert answered.status_code == 303, answered.text
    address = answered.location or ""
    return officer.get(address).text, audience(officer, int(address.rpartition("/")[2]))


def audience(officer: Officer, number: int) -> dict[str, Any]:
    page = form_of(officer.get(f"{NEW}?dari={number}").text, NEW)
    return {name: page.get(name, "") for name in ("decile", "trait", "file", "companion", "untold")}


def form_at(officer: Officer, asked: str) -> dict[str, Any]:
    return form_of(officer.get(f"{NEW}?{asked}").text, NEW)


def test_what_was_stopped_half_way_is_offered_to_those_who_have_not_heard_it(site: Site) -> None:
    boss = signed_in(site, "officer", CITY)
    families(site.store)
    round_id = round_in(site.store, LAMANGGA)
    first = announce(boss, site, round_id)
    assert send(site.store, site.clock(), to=ONLY[:1]) == ["ani"]
    boss.post(f"/console/pengumuman/{first}/batal", why="salah tekan")
    look(site.store, site.clock())

    everybody = form_at(boss, f"penyaluran={round_id}")
    assert everybody.pop("untold") == "1"
    page, found = made(boss, everybody)
    assert (AGAIN in page, found["untold"]) == (True, "1")  # its form offers it again
    assert "Buat hanya untuk yang belum mendengarnya" in page
    rest = form_at(boss, f"dari={first}")
    page, _ = made(boss, rest)
    assert AGAIN not in page
    assert "yang belum mendengar kabar penyaluran ini" in page
    assert "Minta persetujuan" in page
    with site.store.read() as session:
        last = session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert last is not None
        assert (last.audience or {})["untold_of"] == round_id


def test_the_list_and_the_companion_of_an_audience_stay_in_it(site: Site) -> None:
    with site.store.begin() as session:
        listed = store_members(session, "Banjir", CITY, ["1" * 16], Scope(CITY), "staff:1", NOW).id
    left, _ = add_staff(site.store, NOW, "companion", MURHUM)
    chosen = Filters((WOLIO,), "PKH", file_id=listed, companion_id=left)
    round_id = round_in(site.store, WOLIO)
    with site.store.begin() as session:
        session.get_one(Staff, left).active = False
        news = Draft(Kind.NEWS, chosen, {"id": NEWS})
        number = prepare(session, news, "staff:1", NOW).id
        session.get_one(Round, round_id).filters = chosen.to_data()
    officer = signed_in(site, "officer", WOLIO)
    kept = {"file": str(listed), "companion": str(left)}
    for asked in (f"dari={number}", f"penyaluran={round_id}"):
        form = form_at(officer, asked)
        assert {name: form[name] for name in kept} == kept
        page, found = made(officer, form)
        assert {name: found[name] for name in kept} == kept
        assert "dampingan Rahma Salim; yang ada di daftar “Banjir”" in page
        again = officer.post(NEW, **form | {"send_at": "kapan"})
        assert form_of(again.text, NEW)["file"] == str(listed)
    change = f"/console/penyaluran/{round_id}/ubah"
    form = form_of(officer.get(change).text, change)
    officer.post(change, **form | {"place_0": "Balai Wolio", "why": "kantor pos tutup"})
    with site.store.read() as session:
        changed = session.get_one(Round, round_id)
        assert changed.why == "kantor pos tutup"
        assert Filters.from_data(changed.filters or {}) == chosen
    # Nobody else takes a list that no audience of his area has.
    free = {"about": "news", "text_id": NEWS, "area": WOLIO, "file": str(listed)}
    assert say("broadcast.bad_choice") in officer.post(NEW, **free).text


@pytest.mark.databases("sqlite")
def test_the_announcement_of_a_round_is_for_its_own_audience_or_a_part_of_it(site: Site) -> None:
    officer = signed_in(site, "officer", CITY)
    round_id = round_in(site.store, LAMANGGA)
    with site.store.begin() as session:
        own = Filters((LAMANGGA,), "PKH", deciles=(1, 2))
        session.get_one(Round, round_id).filters = own.to_data()
    assert "yang menerima PKH; desil 1, 2" in officer.get(f"/console/penyaluran/{round_id}").text
    form = form_at(officer, f"penyaluran={round_id}")
    assert form["decile"] == ["1", "2"]
    assert made(officer, form)[1]["decile"] == ["1", "2"]
    plain = {"about": "round", "round": str(round_id)}
    fitting: Sequence[tuple[dict[str, Any], Any, str]] = (
        ({}, ["1", "2"], ""),
        ({"decile": "1"}, "1", ""),
        ({"decile": ["1", "2"], "trait": "elderly", "area": LAMANGGA}, ["1", "2"], "elderly"),
    )
    for fields, decile, trait in fitting:
        found = made(officer, plain | fields)[1]
        assert (found["decile"], found["trait"]) == (decile, trait)
    beyond: Sequence[dict[str, Any]] = (
        {"decile": ["1", "3"]}, {"trait": "elderly"}, {"decile": "1", "everyone": "1"},
        {"area": WOLIO}, {"area": CITY}, {"program": "BPNT"}, {"status": "stopped", "decile": "1"},
    )  # fmt: skip
    for fields in beyond:
        answered = officer.post(NEW, **plain | fields)
        assert (answered.status_code, fields) == (400, fields)
        assert say("broadcast.not_of_round") in answered.text
    assert say("broadcast.not_urgent") in officer.post(NEW, **plain, urgent="1").text


@pytest.mark.databases("sqlite")
def test_words_too_long_for_their_round_are_refused_and_nothing_is_kept(site: Site) -> None:
    officer = signed_in(site, "officer", CITY)
    round_id = str(round_in(site.store, LAMANGGA))
    fields = {"about": "round", "round": round_id, "text_wlo": "Poma " * 198}
    answered = officer.post(NEW, **fields)
    assert answered.status_code == 400
    assert f"Isi dalam {say('choice.language_wlo')} kelebihan " in answered.text
    assert form_of(answered.text, NEW)["text_wlo"] == fields["text_wlo"].strip()
    with site.store.read() as session:
        assert session.scalars(select(Broadcast)).all() == []


@pytest.mark.databases("sqlite")
def test_a_change_is_submitted_though_all_who_were_told_want_no_more(site: Site) -> None:
    officer = signed_in(site, "officer", CITY)
    families(site.store)
    round_id = round_in(site.store, LAMANGGA)
    announce(officer, site, round_id)
    assert send(site.store, site.clock()) == [*ONLY]
    with site.store.begin() as session:
        for one in session.scalars(select(Contact)):
            one.notices = False
    change = f"/console/penyaluran/{round_id}/ubah"
    form = form_of(officer.get(change).text, change) | {"place_0": "Balai", "why": "pos tutup"}
    page = officer.get(officer.post(change, **form).location or "").text
    assert say("notice.nobody_left") in page
    assert say("notice.nobody") not in page
    assert "Minta persetujuan" in page
