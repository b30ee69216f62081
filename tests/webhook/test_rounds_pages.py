"""Rounds in the console: made with several places, announced, put off and cancelled."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.notices.approving import approve, submit
from bot.texts import say
from db.audiences import Filters, Topic
from db.broadcasts import Broadcast, Kind, State
from db.contacts import Contact
from db.reach import samples
from db.rounds import CANCELED, Round
from db.schedules import Distribution
from db.session import Store
from tests.broadcasts import look
from tests.moment import NOW
from tests.webhook.console import Officer, signed_in
from tests.webhook.forms import form_of
from tests.webhook.notices import round_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, LAMANGGA, MELAI = "74.72.02", "74.72.06.1008", "74.72.06.1009"
DAY = NOW.date() + timedelta(days=3)
NEW = "/console/penyaluran/baru"
PLACE = {"area": LAMANGGA, "day": DAY.isoformat(), "begin": "08:00", "end": "12:00",
         "place": "Kantor Pos Baubau", "kind": "post", "point": "-5.4703, 122.5987",
         "quota": "60"}  # fmt: skip


def filled(*places: dict[str, str], **fields: str) -> dict[str, Any]:
    """Give what the form of a round sends with so many places."""
    sent: dict[str, Any] = {"program": "PKH", "stage": "tahap 4", "bring": "", "contact": ""}
    sent |= {"stop": [str(at) for at in range(len(places))]} | fields
    return sent | {
        f"{name}_{at}": value for at, place in enumerate(places) for name, value in place.items()
    }


def version_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def stops_of(store: Store, round_id: int) -> list[tuple[str, Any, str, bool]]:
    with store.read() as session:
        query = select(Distribution).filter_by(round_id=round_id).order_by(Distribution.id)
        return [
            (one.area_code, one.held_on, one.place, one.canceled) for one in session.scalars(query)
        ]


def announce(officer: Officer, site: Site, round_id: int) -> int:
    """Let a round be announced, approved by another and begun; gives the broadcast."""
    made = officer.post("/console/pengumuman/baru", about="round", round=str(round_id))
    broadcast_id = int((made.location or "").rpartition("/")[2])
    with site.store.begin() as session:
        submit(session, broadcast_id, "staff:1", site.clock(), 1)
        approve(session, broadcast_id, "staff:2", site.clock(), 2)
    look(site.store, site.clock())
    return broadcast_id


def put_in_own_words(site: Site, officer: Officer, change: str) -> None:
    """Let a change be told in Javanese too, and submitted so."""
    words = f"{change}/kata"
    assert f'href="{words}"' in officer.get(change).text
    form = form_of(officer.get(words).text, words)
    refused = officer.post(words, **form | {"text_jv": "Jadwal {dino} owah, mboten siyos."})
    assert "{dino} tidak dikenal" in refused.text
    assert form_of(refused.text, words)["text_jv"] == "Jadwal {dino} owah, mboten siyos."
    fit = form | {"text_jv": "Jadwal owah, {why}: dina {day} jam {hours} ing {place}."}
    # Nobody else may: he could approve his own.
    other = signed_in(site)
    assert say("notice.not_to_reword") in other.post(words, **fit).text
    assert other.get(words).location == change
    assert officer.post(words, **fit).location == change
    said = officer.get(f"{change}/isi").text
    assert "Jadwal owah, Listrik padam: dina" in said
    assert "Ada perubahan dari Dinas Sosial" in said
    assert say("broadcast.stale") in officer.post(words, **fit).text
    officer.post(f"{change}/ajukan", seen=version_on(officer.get(change).text))
    assert say("broadcast.did_submit") in officer.get(change).text
    assert officer.get(words).location == change


def test_a_round_is_made_shown_put_off_and_cancelled(site: Site) -> None:
    officer = signed_in(site, "officer")
    assert say("round.which_ahead") in officer.get("/console/penyaluran").text

    # One more place is asked for without anything being kept.
    more = officer.post(NEW, **filled(PLACE, act="more"))
    assert more.status_code == 200
    assert more.text.count('name="stop"') == 2
    second = PLACE | {"area": MELAI, "place": "Kantor Lurah Melai", "quota": "", "point": ""}
    made = officer.post(NEW, **filled(PLACE, second, PLACE | {"area": "", "place": ""}))
    address = made.location or ""
    round_id = int(address.rpartition("/")[2])
    assert stops_of(site.store, round_id) == [
        (LAMANGGA, DAY, "Kantor Pos Baubau", False), (MELAI, DAY, "Kantor Lurah Melai", False),
    ]  # fmt: skip
    page = officer.get(address).text
    for shown in ("Kantor Lurah Melai", "60 keluarga sejam", "Lihat di peta", "Belum diumumkan",
                  "Umumkan ke keluarganya"):  # fmt: skip
        assert shown in page
    assert "tahap 4" in officer.get("/console/penyaluran").text
    looked = signed_in(site, "front_office").get(address).text
    assert "Kantor Lurah Melai" in looked
    assert "Ada perubahan?" not in looked

    # Nobody was told yet, so that a change is told to nobody.
    changed = filled(PLACE | {"quota": "80"}, second, seen=version_on(page), why="Kuota ditambah")
    assert officer.post(f"{address}/ubah", **changed).location == address
    assert say("round.changed_untold") in officer.get(address).text

    # Once it is announced, other days are told to those who were.
    number = announce(officer, site, round_id)
    broadcast, other = f"/console/pengumuman/{number}", signed_in(site, "chief")
    officer.post(f"{broadcast}/batal", why="Salah tekan")
    assert "belum mendengarnya</strong>" in officer.get(address).text  # and where that is mended
    other.post(f"{broadcast}/sisa", seen=version_on(other.get(broadcast).text))
    assert "belum mendengarnya</strong>" not in officer.get(address).text
    later = {"day_0": (DAY + timedelta(days=1)).isoformat(), "begin_0": "09:00", "end_0": "13:00",
             "day_1": DAY.isoformat(), "begin_1": "08:00", "end_1": "12:00"}  # fmt: skip
    page = officer.get(address).text
    told = officer.post(f"{address}/tunda", why="Listrik padam", seen=version_on(page), **later)
    assert (told.location or "").startswith("/console/pengumuman/")
    assert "Listrik padam" in officer.get(told.location or "").text
    put_in_own_words(site, officer, told.location or "")
    stale = officer.post(f"{address}/tunda", why="Lagi", seen=version_on(page), **later)
    assert stale.location == address
    assert say("round.stale") in officer.get(address).text
    page = officer.get(address).text
    assert "Listrik padam" in page
    assert "belum tahu perubahan terakhir" in page
    assert "Perubahan ini belum disetujui" in page
    assert officer.get(f"{address}/poster.pdf").status_code == 404
    officer.post(f"{told.location}/batal", why="Salah hari")
    assert say("broadcast.next_undone") in officer.get(told.location or "").text
    page = officer.get(address).text
    assert say("round.undone") in page
    assert "Salah hari" in page
    assert "Listrik padam" not in page
    assert officer.get(f"{address}/poster.pdf").status_code == 200
    assert officer.post(f"{address}/batal", why="", seen=version_on(page)).location == address
    assert say("change.no_why") in officer.get(address).text
    officer.post(f"{address}/batal", why="Dana belum turun", seen=version_on(page))
    page = officer.get(address).text
    assert "Dana belum turun" in page
    assert "Ada perubahan?" not in page
    assert officer.get(f"{address}/ubah").location == address
    assert say("round.is_canceled") in officer.get(address).text
    assert "tahap 4" in officer.get("/console/penyaluran?yang=canceled").text
    with site.store.read() as session:
        assert session.get_one(Round, round_id).state == CANCELED
        kinds = session.scalars(select(Broadcast.kind).filter_by(round_id=round_id)).all()
    assert Kind.CHANGE in kinds


def test_a_round_is_announced_in_the_languages_of_its_readers(site: Site) -> None:
    officer, new = signed_in(site, "officer", WOLIO), "/console/pengumuman/baru"
    with site.store.begin() as session:
        readers = samples(session, Filters((WOLIO,), program="PKH"), Topic.AID, 2)
        for one, language in zip(readers, ("jv", "wlo"), strict=True):
            session.get_one(Contact, one.contact_id).language = language
    round_id = str(round_in(site.store, WOLIO))
    form = officer.get(f"{new}?penyaluran={round_id}").text
    for shown in ("{hours}", "Bahasa Jawa", "Bahasa Wolio", "dalam Bahasa Indonesia"):
        assert shown in form
    # What cannot be filled, or leaves open when and where, is refused and kept in the form.
    for text, told in (
        ("Bantuan {programme} dina {day} jam {hours} ing {place}.", "{programme} tidak dikenal"),
        ("Bantuan {program} dibagi dina {day}.", "{hours}, {place} belum ada"),
        ("PKH", say("ownwords.short", least=20)),
        ("x" * 1001, "Isi dalam Bahasa Jawa kelebihan 1 huruf"),
    ):
        refused = officer.post(new, about="round", round=round_id, text_jv=text)
        assert refused.status_code == 400
        assert told in refused.text
        assert text in refused.text
    words = "Bantuan {program} dibagi dina {day} jam {hours} ing {place}."
    made = officer.post(new, about="round", round=round_id, text_jv=words).location or ""
    page = officer.get(made).text
    assert "Bantuan Program Keluarga Harapan dibagi dina" in page
    assert "Kabar dari Dinas Sosial: Program Keluarga Harapan" in page
    assert "{" not in page[page.index('id="wordings"') : page.index('id="decide"')]
    assert re.search(r"Memilih Bahasa Jawa</dt><dd>1</dd>", page)
    assert re.search(r"Memilih Bahasa Wolio</dt><dd>1, .*membaca Bahasa Indonesia", page)
    # The same words begin the next one.
    again = officer.get(f"{new}?dari={made.rpartition('/')[2]}").text
    assert words in again


@pytest.mark.databases("sqlite")
def test_what_is_wrong_with_a_round_is_said_and_the_form_keeps_it(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    here = PLACE | {"area": f"{WOLIO}.1001"}
    wrong: tuple[tuple[str, dict[str, Any], dict[str, int]], ...] = (
        ("round.no_program", filled(here, program="LAIN"), {}),
        ("round.no_stop", filled(), {}),
        ("round.bad_area", filled(PLACE), {"number": 1}),  # of another kecamatan
        ("round.bad_day", filled(here, here | {"day": "besok"}), {"number": 2}),
        ("round.bad_hours", filled(here | {"end": "07:00"}), {"number": 1}),
        ("round.bad_hours", filled(here | {"begin": "25:99"}), {"number": 1}),
        ("round.bad_point", filled(here | {"point": "di pasar"}), {"number": 1}),
        ("round.bad_point", filled(here | {"point": "nan, 500"}), {"number": 1}),
        ("round.bad_quota", filled(here | {"quota": "banyak"}), {"number": 1}),
        ("round.bad_quota", filled(here | {"quota": "0"}), {"number": 1}),
        ("round.long_contact", filled(here, contact="x" * 121), {"most": 120}),
        ("notice.past", filled(here | {"day": "2020-01-01"}), {}),
        ("notice.twice", filled(here, here), {}),
        ("broadcast.bad_choice", filled(here, decile="11"), {}),
        ("broadcast.bad_choice", filled(here, companion="999999"), {}),
    )  # fmt: skip
    for key, fields, values in wrong:
        refused = officer.post(NEW, **fields)
        assert refused.status_code == 400, key
        assert say(key, **values) in refused.text, key
    kept = officer.post(NEW, **filled(here | {"place": "Balai <b>Warga</b>", "day": ""}))
    assert "Balai &lt;b&gt;Warga&lt;/b&gt;" in kept.text
    with site.store.read() as session:
        assert session.scalars(select(Round.id)).all() == []


def test_rounds_are_listed_by_what_they_are_within_the_area(site: Site) -> None:
    inside, outside = round_in(site.store, WOLIO), round_in(site.store, "74.72.06")
    officer = signed_in(site, "officer", WOLIO)
    listed = officer.get("/console/penyaluran").text
    assert f'/console/penyaluran/{inside}"' in listed
    assert f'/console/penyaluran/{outside}"' not in listed
    site.clock.forward(timedelta(days=4))
    officer = signed_in(site, "officer", WOLIO)
    assert f'/console/penyaluran/{inside}"' not in officer.get("/console/penyaluran").text
    past = officer.get("/console/penyaluran?yang=past").text
    assert f'/console/penyaluran/{inside}"' in past
    page = officer.get(f"/console/penyaluran/{inside}").text
    assert "sudah lewat" in page
    assert "Umumkan ke keluarganya" not in page
    late = officer.post("/console/pengumuman/baru", about="round", round=str(inside))
    assert say("broadcast.round_over") in late.text
    for odd in ("yang=x", "halaman=x", "halaman=-1", "halaman=99999999999999999999"):
        assert officer.get(f"/console/penyaluran?{odd}").status_code == 200
    assert State.DRAFT not in _states(site.store)


def _states(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Broadcast.state)))
