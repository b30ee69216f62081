"""The supervisor's page of companions: loads, hand-overs, leaves, codes and the even split."""

import re

import pytest
from sqlalchemy import func, select

from bot.desk.companion_news import watch_leaves
from bot.outbox import open_reply
from bot.texts import say
from db.assignments import Assignment, looks_after
from db.audit import AuditEntry
from db.contacts import Contact, lock_contact
from db.handovers import Handover
from db.outbox import OutboundMessage
from db.registry import Household
from db.session import Store
from db.staff import Staff, redeem_code
from db.substitutions import Substitution
from tests.moment import NOW, TODAY
from tests.webhook.companions import colleague_in, companion_in
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, MURHUM = "74.72.02", "74.72.06"
PAGE = "/console/pendamping"
SPLIT = f"{PAGE}/pembagian"


def held(store: Store, staff_id: int) -> int:
    with store.read() as session:
        query = select(func.count()).where(Assignment.staff_id == staff_id)
        return session.scalar(query) or 0


def free_in(store: Store, area: str) -> int:
    with store.read() as session:
        query = (
            select(func.count(Household.id))
            .outerjoin(Assignment, Assignment.household_id == Household.id)
            .where(Assignment.id.is_(None), Household.area_code.startswith(area))
        )
        return session.scalar(query) or 0


def chat_of(store: Store, staff_id: int) -> int:
    """Give a chat of a companion, made where he has none."""
    with store.begin() as session:
        found = session.scalars(select(Contact.id).filter_by(staff_id=staff_id)).first()
        if found is None:
            address = f"pendamping-{staff_id}"
            lock_contact(session, "simulator", address, NOW)
            chat = session.scalars(select(Contact).filter_by(address=address)).one()
            chat.staff_id, found = staff_id, chat.id
        return found


def told(store: Store, contact_id: int) -> list[str]:
    with store.read() as session:
        query = select(OutboundMessage.body).filter_by(contact_id=contact_id)
        bodies = session.scalars(query.order_by(OutboundMessage.id)).all()
        return [open_reply(session.vault, body).text for body in bodies if body]


def digest_on(officer: Officer) -> str:
    found = re.search(r'name="seen" value="(\w+)"', officer.get(f"{SPLIT}?area={WOLIO}").text)
    assert found is not None
    return found[1]


def test_families_of_a_place_go_over_and_it_is_told_who_did_it_and_why(site: Site) -> None:
    chief, own, new = (
        signed_in(site, "chief", WOLIO),
        companion_in(site.store, WOLIO),
        colleague_in(site.store, WOLIO),
    )
    stranger = colleague_in(site.store, MURHUM, "Wa Ode Nilam")
    before, page = held(site.store, own), chief.get(f"{PAGE}/{own}").text
    code, count = re.findall(r'value="([\d.]+)"[^>]*>[^<]*semua RW \((\d+)\)', page)[0]
    rw, in_rw = re.findall(rf'value="({code}/\d+)"[^>]*>[^<]*\((\d+)\)', page)[0]
    assert "Wa Ode Nilam" not in page

    give = f"{PAGE}/{own}/serahkan"
    for fields, said in (
        ({"to": stranger}, "no_companion"),
        ({"to": own}, "no_companion"),
        ({"to": "x"}, "no_companion"),
        ({"to": "9" * 30}, "no_companion"),
        ({"why": " a "}, "no_why"),
        ({"why": "a" * 201}, "no_why"),
        ({"place": ""}, "no_families"),
        ({"place": "74.72.06.1001"}, "no_families"),
    ):
        refused = chief.post(give, **({"place": code, "to": new, "why": "Pindah tugas"} | fields))
        assert (refused.status_code, say(f"companions.{said}") in refused.text) == (400, True)
    assert held(site.store, own) == before

    chats = {who: chat_of(site.store, who) for who in (own, new)}
    assert chief.post(give, place=rw, to=new, why="RW dekat rumahnya").status_code == 303
    assert told(site.store, chats[new]) == [say("handover.came", came=in_rw, went=0)]
    assert told(site.store, chats[own]) == [say("handover.went", came=0, went=in_rw)]
    assert held(site.store, new) == int(in_rw)
    assert chief.post(give, place=code, to=new, why="Pindah tugas").status_code == 303
    assert (held(site.store, new), held(site.store, own)) == (int(count), before - int(count))
    shown = chief.get(f"{PAGE}/{new}").text
    assert "Pindah tugas" in shown
    assert "Rahma Salim" in shown  # who decided
    assert say("companions.given", families=int(count) - int(in_rw)) in shown
    with site.store.read() as session:
        trail = select(func.count()).where(AuditEntry.action == "hand over family")
        assert session.scalar(trail) == int(count)

    free = free_in(site.store, WOLIO)
    assert free > 0
    chief.post(f"{PAGE}/serahkan", place="all", to=new, why="Belum ada")
    assert (free_in(site.store, WOLIO), held(site.store, new)) == (0, int(count) + free)


def test_a_split_is_accepted_whole_and_as_it_was_seen(site: Site) -> None:
    own, new = companion_in(site.store, WOLIO), colleague_in(site.store, WOLIO)
    chief, officer = signed_in(site, "chief", WOLIO), signed_in(site, "officer", WOLIO)
    whole = held(site.store, own) + free_in(site.store, WOLIO)
    overview = chief.get(PAGE).text
    assert "di atas rata-rata" in overview
    assert "di bawah rata-rata" in overview
    seen = digest_on(chief)
    assert 'name="seen"' not in officer.get(f"{SPLIT}?area={WOLIO}").text
    assert officer.post(SPLIT, area=WOLIO, seen=seen).status_code == 403
    for area in (MURHUM, "74.72", "", "x"):
        assert chief.get(f"{SPLIT}?area={area}").status_code == 404

    with site.store.begin() as session:  # somebody else changes what the proposal stands on
        one = session.scalars(select(Assignment).filter_by(staff_id=own)).first()
        assert one is not None
        one.staff_id = new
    stale = chief.post(SPLIT, area=WOLIO, seen=seen)
    assert (stale.status_code, say("companions.stale") in stale.text) == (409, True)
    assert (held(site.store, new), free_in(site.store, WOLIO) > 0) == (1, True)

    seen = digest_on(chief)
    chats = [chat_of(site.store, who) for who in (own, new)]
    assert chief.post(SPLIT, area=WOLIO, seen=seen).status_code == 303
    assert [len(told(site.store, chat)) for chat in chats] == [1, 1]
    after = (held(site.store, own), held(site.store, new))
    assert sum(after) == whole
    assert abs(after[0] - after[1]) <= 1
    again = chief.post(SPLIT, area=WOLIO, seen=seen)  # pressed twice
    assert (again.status_code, (held(site.store, own), held(site.store, new))) == (409, after)
    assert "sudah rata" in chief.get(f"{SPLIT}?area={WOLIO}").text
    with site.store.read() as session:
        assert session.scalars(select(Handover.why).distinct()).all() == ["Pembagian rata"]
        rows = select(AuditEntry.subject).where(AuditEntry.action == "accept split")
        assert session.scalars(rows).all() == [f"area:{WOLIO}"]


def test_a_leave_has_its_days_and_ends_early_and_a_code_is_shown_once(site: Site) -> None:
    own, new = companion_in(site.store, WOLIO), colleague_in(site.store, WOLIO)
    stranger = companion_in(site.store, MURHUM)
    chief = signed_in(site, "chief", WOLIO)
    leave, today = f"{PAGE}/{own}/pengganti", TODAY.isoformat()
    for fields, said in (
        ({"first": "2026-11-21"}, "bad_days"),
        ({"last": "2026-11-21"}, "bad_days"),
        ({"last": "2027-11-30"}, "bad_days"),
        ({"first": "besok"}, "bad_days"),
        ({"to": own}, "no_substitute"),
        ({"to": stranger}, "no_substitute"),
    ):
        refused = chief.post(leave, **({"to": new, "first": today, "last": today} | fields))
        assert (refused.status_code, say(f"companions.{said}") in refused.text) == (400, True)

    assert chief.post(leave, to=new, first=today, last="2026-11-30").status_code == 303
    assert chief.post(leave, to=new, first="2026-11-30", last="2026-12-02").status_code == 400
    with site.store.read() as session:
        family = session.scalars(select(Assignment.household_id).filter_by(staff_id=own)).first()
        [made] = session.scalars(select(Substitution.id))
        assert family is not None
        assert looks_after(session, new, family, TODAY)
    assert "30 November 2026" in chief.get(PAGE).text
    chats = [chat_of(site.store, who) for who in (own, new)]
    assert [watch_leaves(site.store, site.clock) for _ in range(2)] == [1, 0]
    for chat, role in zip(chats, ("absent", "stand_in"), strict=True):
        assert "30 November 2026" in told(site.store, chat)[0], role
    # Who is away may be given families, and it is said.
    colleague = colleague_in(site.store, WOLIO, "Nurlina")
    for path in (PAGE, f"{PAGE}/{colleague}", f"{SPLIT}?area={WOLIO}"):
        assert "cuti sampai 30 November 2026" in chief.get(path).text, path
    chief.post(f"{PAGE}/serahkan", place="all", to=own, why="Belum ada")
    assert say("companions.given_away", day="30 November 2026") in chief.get(PAGE).text
    end = f"{PAGE}/pengganti/{made}/selesai"
    for said in ("ended", "over"):
        assert chief.post(end).status_code == 303
        assert say(f"companions.{said}") in chief.get(PAGE).text
    with site.store.read() as session:
        assert not looks_after(session, new, family, TODAY)
    assert [watch_leaves(site.store, site.clock) for _ in range(2)] == [1, 0]
    assert "Penggantian oleh Asma" in told(site.store, chats[0])[-1]
    assert "tidak lagi menggantikan" in told(site.store, chats[1])[1]

    page = chief.post(f"{PAGE}/{new}/kode").text
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page)
    assert code is not None
    assert code[0] not in chief.get(f"{PAGE}/{new}").text
    with site.store.begin() as session:
        redeemed = redeem_code(session, code[0], site.clock())
        assert redeemed is not None
        assert redeemed.id == new


@pytest.mark.databases("sqlite")
def test_families_of_one_who_has_left_wait_to_be_handed_over(site: Site) -> None:
    own, new = companion_in(site.store, WOLIO), colleague_in(site.store, WOLIO)
    with site.store.begin() as session:
        session.get_one(Staff, own).active = False
    chief = signed_in(site, "chief", WOLIO)
    assert f'{PAGE}/{own}"' in chief.get(PAGE).text
    assert chief.post(f"{PAGE}/{own}/kode").status_code == 400
    count = held(site.store, own)
    chief.post(f"{PAGE}/{own}/serahkan", place="all", to=new, why="Sudah berhenti")
    assert (held(site.store, own), held(site.store, new)) == (0, count)
    assert f'{PAGE}/{own}"' not in chief.get(PAGE).text


@pytest.mark.databases("sqlite")
def test_a_desk_of_a_kelurahan_sees_whose_families_are_there(site: Site) -> None:
    own = companion_in(site.store, WOLIO)
    with site.store.read() as session:
        village, name = session.execute(
            select(Household.area_code, Staff.name)
            .join(Assignment, Assignment.household_id == Household.id)
            .join(Staff, Staff.id == Assignment.staff_id)
            .where(Staff.id == own)
        ).first() or ("", "")
    lurah = signed_in(site, "chief", village)
    page = lurah.get(PAGE).text
    assert name in page
    assert f'{PAGE}/{own}"' not in page  # decided about where he works
    assert "Belum ada pendamping yang bertugas" not in page
    assert "rata-rata semua pendamping" in page
    assert lurah.get(f"{PAGE}/{own}").status_code == 404
    assert lurah.get(f"{SPLIT}?area={WOLIO}").status_code == 404
    given = lurah.get(f"/console/kunjungan/pendamping/{own}.xlsx")
    assert given.status_code == 200
