"""Audiences: whom filters mean, which contact of a family hears, and why others do not."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from db.areas import Scope
from db.assignments import Assignment
from db.audience_files import AudienceMember, store_members
from db.audiences import Filters, Topic, topic_of
from db.broadcasts import Kind
from db.contacts import BLOCKED, Contact
from db.pickups import Pickup
from db.reach import measure, samples, unreached
from db.recipients import recipients
from db.registry import Household, Person
from db.schedules import Distribution
from db.session import Session, Store
from db.staff import Staff
from db.subscriptions import forget, subscribe, subscriptions_of, unsubscribe_all
from db.ticket_states import State
from db.tickets import ANONYMOUS, Ticket
from tests.audience import (
    ALL,
    HERE,
    THERE,
    born,
    contact,
    enrol,
    family,
    head_of,
    make_round,
    make_town,
    member,
)
from tests.moment import NOW, TODAY
from tests.tickets import CITY, WOLIO, file


def told(session: Session, filters: Filters = ALL, topic: Topic = Topic.AID) -> set[int]:
    return {row.contact_id for row in session.execute(recipients(filters, topic))}


def homes(session: Session, **filters: Any) -> set[int | None]:
    """Give the families whom some filters mean, each of which has a contact here."""
    chosen = recipients(Filters(**{"areas": (CITY,)} | filters), Topic.AID)
    return {row.household_id for row in session.execute(chosen)}


def test_filters_choose_families(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        plain = family(session)
        old = family(session, ages=(30, 61), decile=1)
        almost = family(session, ages=(59.5, 7), programs=("BPNT",))
        small = family(session, THERE, ages=(30, 3))
        disabled = family(session, programs=("DISABILITAS",))
        waiting = family(session, status="waiting")
        widow = family(session, ages=(45,))
        member(session, widow, birth_date=born(80), left_on=TODAY, left_because="died")
        every = (plain, old, almost, small, disabled, waiting, widow)
        for home in every:
            contact(session, home)
        assert homes(session) == {home.id for home in every}
        assert homes(session, areas=()) == set()
        assert homes(session, areas=(THERE,)) == {small.id}
        assert homes(session, areas=(THERE, WOLIO), program="BPNT") == {almost.id}
        assert homes(session, status="waiting") == {waiting.id}
        assert homes(session, deciles=(1,)) == {old.id}
        assert homes(session, traits=("elderly",)) == {old.id}
        assert homes(session, traits=("toddler", "disabled")) == {small.id, disabled.id}
        assert homes(session, traits=("pregnant",)) == set()
        assert homes(session, companion_id=companion(session, plain, old)) == {plain.id, old.id}
        confirm(session, plain, "PKH")
        unconfirmed = homes(session, program="PKH", unconfirmed=True)
        assert unconfirmed == {old.id, small.id, widow.id}


def companion(session: Session, *families: Household) -> int:
    staff = Staff(name="Wa Ode", role="companion", area_code=CITY, created_at=NOW)
    session.add(staff)
    session.flush()
    session.add_all(Assignment(staff_id=staff.id, household_id=home.id) for home in families)
    session.flush()
    return staff.id


def confirm(session: Session, home: Household, program: str) -> None:
    make_round(session, (HERE, TODAY, None))
    stop = session.scalars(select(Distribution).where(Distribution.program_code == program)).one()
    asked = session.scalars(select(Contact.id).order_by(Contact.id)).first()
    session.add(
        Pickup(
            distribution_id=stop.id, contact_id=asked, household_id=home.id, got_it=True,
            answered_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def test_one_contact_of_a_family_hears_the_one_that_wrote_last(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        never = contact(session, home)
        early = contact(session, home, last_inbound_at=NOW - timedelta(days=9))
        son = member(session, home, birth_date=None)
        late = contact(session, son, last_inbound_at=NOW - timedelta(days=1))
        assert told(session) == {late.id}
        late.state = "blocked"
        session.flush()
        assert told(session) == {early.id}
        early.notices = False
        session.flush()
        assert told(session) == {never.id}
        assert told(session, topic=Topic.NEWS) == {early.id}
        assert told(session, topic=Topic.EMERGENCY) == set()
        never.emergencies = True
        session.flush()
        assert told(session, topic=Topic.EMERGENCY) == {never.id}
        early.emergencies = True
        session.flush()
        assert told(session, topic=Topic.EMERGENCY) == {never.id, early.id}


def test_who_moved_away_or_was_merged_counts_as_what_he_is(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session, programs=())
        moved = member(session, home, left_on=TODAY, left_because="moved")
        enrol(session, moved, "PKH")
        contact(session, moved)
        assert told(session) == set()
        dead = member(session, home, left_on=TODAY, left_because="died")
        enrol(session, dead, "PKH")  # the list still names him, and the family has his telephone
        his = contact(session, dead)
        assert told(session) == {his.id}
        kept, double = head_of(session, family(session)), head_of(session, family(session))
        own, other = contact(session, kept), contact(session, double)
        double.merged_into = kept.id
        session.flush()
        assert told(session) == {his.id, own.id}
        other.person_id = kept.id  # as a merge does
        session.flush()
        assert len(told(session)) == 2


def test_the_reason_why_a_family_is_not_reached(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        names = ("reached", "silent", "no", "out", "gone", "danger")
        family_of = {name: family(session, address=name) for name in names}
        contact(session, family_of["reached"], state="blocked")
        contact(session, family_of["reached"])
        contact(session, family_of["no"], consent=None)
        contact(session, family_of["out"], notices=False)
        contact(session, family_of["gone"], state="invalid")
        helped = contact(session, family_of["danger"])
        ticket = file(session, kind="emergency", category="emergency")
        ticket.contact_id = helped.id
        companion(session, family_of["silent"])
        session.flush()
        reach = measure(session, ALL, Topic.AID, NOW, has_template=True)
        assert (reach.families, reach.contacts, reach.by_channel) == (6, 1, {"telegram": 1})
        assert reach.excluded == dict.fromkeys(
            ("no_contact", "no_consent", "opted_out", "blocked", "in_emergency"), 1
        )
        dangers = measure(session, ALL, Topic.EMERGENCY, NOW, has_template=True).excluded
        assert (dangers["not_agreed"], dangers.get("opted_out")) == (3, None)  # nor ever asked
        rows = {row.address: row for row in unreached(session, ALL, Topic.AID, 9)}
        assert {name: row.reason for name, row in rows.items()} == {
            "silent": "no_contact", "no": "no_consent", "out": "opted_out", "gone": "blocked",
            "danger": "in_emergency",
        }  # fmt: skip
        assert (rows["silent"].companion, rows["no"].companion) == ("Wa Ode", None)
        assert {row.head for row in rows.values()} == {"Warga 0"}
        assert len(unreached(session, ALL, Topic.AID, 2)) == 2
        ticket.state = State.REFERRED
        session.flush()
        assert helped.id in told(session)


def test_templates_are_counted_by_the_hour_of_sending(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        heard = {
            "open": {"last_inbound_at": NOW - timedelta(hours=20)},
            "later": {"last_inbound_at": NOW - timedelta(hours=23)},
            "never": {},
            "shut": {"last_inbound_at": NOW, "window_shut_at": NOW + timedelta(seconds=1)},
        }
        for values in heard.values():
            contact(session, family(session), channel="whatsapp", **values)
        contact(session, family(session))
        by_channel = {"telegram": 1, "whatsapp": 4}
        now = measure(session, ALL, Topic.AID, NOW, has_template=True)
        assert (now.by_channel, now.window_closed) == (by_channel, 2)
        later = measure(session, ALL, Topic.AID, NOW + timedelta(hours=1), has_template=True)
        assert later.window_closed == 3
        without = measure(session, ALL, Topic.AID, NOW, has_template=False)
        assert (without.by_channel["whatsapp"], without.window_closed) == (2, 0)
        assert without.excluded == {"no_template": 2}
        assert {sample.channel for sample in samples(session, ALL, Topic.AID, 2)} == {*by_channel}
        assert len(samples(session, ALL, Topic.AID)) == 3


def test_subscribers_hear_of_their_programme_and_area(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        own = contact(session, family(session))
        stranger, elsewhere, other = (contact(session) for _ in range(3))
        assert subscribe(session, own.id, "PKH", HERE, NOW)
        assert subscribe(session, stranger.id, "PKH", HERE, NOW)
        assert not subscribe(session, stranger.id, "PKH", HERE, NOW)
        assert subscribe(session, stranger.id, None, CITY, NOW)
        assert subscribe(session, elsewhere.id, None, THERE, NOW)
        assert subscribe(session, other.id, "BPNT", HERE, NOW)
        here = Filters(areas=(HERE,), program="PKH")
        assert told(session, here) == {own.id, stranger.id}
        assert told(session) == {own.id, stranger.id, elsewhere.id}
        assert told(session, here, Topic.NEWS) == {own.id}
        assert told(session, Filters(areas=(HERE,), program="PKH", deciles=(2,))) == {own.id}
        wishes = [(one.program, one.area_code) for one in subscriptions_of(session, stranger.id)]
        assert wishes == [("PKH", HERE), (None, CITY)]
        assert unsubscribe_all(session, stranger.id) == 2
        assert unsubscribe_all(session, stranger.id) == 0
        forget(session, elsewhere.id)
        assert told(session) == {own.id}


def test_one_telephone_and_one_person_are_told_once(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        linked = contact(session, family(session), channel="whatsapp", address="+62811")
        same = contact(session, channel="sms", address="+62811")
        by_both = [contact(session, channel=way, address="+62812") for way in ("sms", "whatsapp")]
        alone = contact(session, channel="sms", address="+62813")
        unasked = contact(session, channel="whatsapp", address="+62813")
        abroad = head_of(session, family(session, programs=()))
        early = contact(session, abroad, last_inbound_at=NOW - timedelta(days=2))
        late = contact(session, abroad, last_inbound_at=NOW - timedelta(days=1))
        for one in (same, *by_both, alone, early, late):
            subscribe(session, one.id, "PKH", HERE, NOW)
        assert told(session) == {linked.id, by_both[1].id, alone.id, late.id}
        everyone = {linked.id, by_both[1].id, unasked.id, early.id, late.id}
        assert told(session, Filters(areas=(CITY,), everyone=True)) == everyone
        linked.notices = False
        session.flush()
        assert same.id in told(session)
        assert same.id in told(session, Filters(areas=(CITY,), everyone=True))


def test_of_danger_a_telephone_rings_once_though_sms_stands_in_for_whatsapp(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        head = head_of(session, family(session))
        whatsapp, sms = (
            contact(session, head, channel=way, address="+62811", emergencies=True)
            for way in ("whatsapp", "sms")
        )
        here = Filters(areas=(HERE,))
        assert told(session, here, Topic.EMERGENCY) == {whatsapp.id}
        assert told(session, Filters((HERE,), "PKH"), Topic.EMERGENCY) == {whatsapp.id}
        whatsapp.emergencies = False
        session.flush()
        assert told(session, here, Topic.EMERGENCY) == {sms.id}
        sms.person_id = None
        subscribe(session, sms.id, None, HERE, NOW, emergencies=True)
        assert told(session, here, Topic.EMERGENCY) == {sms.id}
        assert told(session) == {whatsapp.id}  # who asked to hear of dangers asked for no aid
        whatsapp.person_id = None
        session.flush()
        assert told(session) == set()


def test_a_wish_goes_with_its_telephone_where_whatsapp_cannot_be_had(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        asker, sms = (
            contact(session, channel=way, address="+62811", emergencies=True)
            for way in ("whatsapp", "sms")
        )
        subscribe(session, asker.id, "PKH", HERE, NOW)
        subscribe(session, asker.id, None, HERE, NOW, emergencies=True)
        danger = Filters(areas=(HERE,))
        assert told(session) == told(session, danger, Topic.EMERGENCY) == {asker.id}
        asker.state = BLOCKED  # as a number is that is not on WhatsApp
        session.flush()
        assert told(session) == told(session, danger, Topic.EMERGENCY) == {sms.id}
        assert told(session, Filters(areas=(THERE,)), Topic.EMERGENCY) == set()
        sms.notices = False
        session.flush()
        assert told(session) == set()


def test_a_wish_for_dangers_of_an_area_is_for_all_that_is_in_it(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        wishes = {area: contact(session, emergencies=True).id for area in (HERE, WOLIO, CITY)}
        for area, contact_id in wishes.items():
            subscribe(session, contact_id, None, area, NOW, emergencies=True)
        home = family(session, THERE)
        wishes["family"] = contact(session, home, emergencies=True).id
        subscribe(session, wishes["family"], None, HERE, NOW, emergencies=True)

        def heard(area: str) -> set[str]:
            chosen = recipients(Filters(areas=(area,)), Topic.EMERGENCY)
            found = [row.contact_id for row in session.execute(chosen)]
            assert len(found) == len(set(found))
            return {area for area, contact_id in wishes.items() if contact_id in found}

        assert heard(HERE) == heard(WOLIO) == heard(CITY) == {*wishes}
        assert heard(THERE) == {CITY, "family"}


def test_everyone_is_also_who_is_on_no_list(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session, programs=())
        two = {contact(session, home).id, contact(session, home).id}
        nobody = contact(session)
        contact(session, consent="refused")
        city = Filters(areas=(CITY,), everyone=True)
        assert told(session, city, Topic.NEWS) == two | {nobody.id}
        # Whoever is tied to nobody may live in any of the kelurahan.
        assert told(session, Filters(areas=(WOLIO,), everyone=True), Topic.NEWS) == two


def test_a_file_of_numbers_means_families_of_the_area(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        known = {nik(1): family(session), nik(2): family(session, THERE), nik(3): family(session)}
        for number, home in known.items():
            head_of(session, home).nik_index = session.vault.index(number, "nik")
            contact(session, home)
        kept = head_of(session, known[nik(1)])
        merged(session, nik(4), kept)
        hidden = reported(session, head_of(session, known[nik(3)]), ANONYMOUS)
        objection = reported(session, head_of(session, known[nik(3)]), kind="sanggah")
        plain = reported(session, None)
        lines = [
            "nama;nik", f"A;{nik(1)}", f"B;'{nik(4)};x", f"C;{nik(2)}", f"D;{nik(9)};{nik(1)}",
            hidden.number.lower(), objection.number, plain.number, "PKS-2020-000009", "",
        ]  # fmt: skip
        stored = store_members(session, "x" * 200, WOLIO, lines, Scope(WOLIO), "test", NOW)
        assert (stored.lines, stored.found, len(stored.name)) == (8, 4, 100)
        of_file = select(AudienceMember.household_id, AudienceMember.contact_id)
        assert set(session.execute(of_file)) == {
            (known[nik(1)].id, None), (None, plain.contact_id),
        }  # fmt: skip
        chosen = Filters(areas=(WOLIO,), file_id=stored.id)
        first = session.scalars(select(Contact.id).where(Contact.person_id == kept.id)).one()
        assert told(session, chosen) == {first, plain.contact_id}
        assert told(session, Filters(areas=(WOLIO,), file_id=stored.id, program="PKH")) == {first}
        nobody = store_members(session, "kosong", WOLIO, ["nik"], Scope(WOLIO), "test", NOW)
        assert (nobody.lines, nobody.found) == (0, 0)


def nik(number: int) -> str:
    return f"747202{number:010d}"


def merged(session: Session, number: str, kept: Person) -> None:
    double = member(session, family(session, THERE, programs=()), merged_into=kept.id)
    double.nik_index = session.vault.index(number, "nik")
    session.flush()


def reported(
    session: Session, person: Person | None, secrecy: str = "plain", kind: str = "complaint"
) -> Ticket:
    ticket = file(session, kind=kind, area=HERE, secrecy=secrecy)
    ticket.contact_id = contact(session, person).id
    ticket.person_id = person.id if person is not None else None
    session.flush()
    return ticket


def test_what_a_kind_is_about_and_what_is_stored_of_filters() -> None:
    topics = {kind: topic_of(kind) for kind in Kind}
    assert {kind for kind, topic in topics.items() if topic is Topic.NEWS} == {"news", "warning"}
    assert topics[Kind.EMERGENCY] is Topic.EMERGENCY
    assert topics[Kind.FOLLOWUP] is Topic.AID
    filters = Filters((HERE,), "PKH", deciles=(1, 2), traits=("elderly",), file_id=3)
    data = {**filters.to_data(), "areas": [HERE], "deciles": [1, 2], "traits": ["elderly"]}
    assert Filters.from_data(data) == filters
    assert Filters.from_data({"areas": [HERE]}) == Filters((HERE,))
