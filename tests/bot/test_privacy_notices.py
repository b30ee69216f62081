"""What is kept for notices is told, ends with an erasure, and is kept no longer than its kind."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select, update

from db.audience_files import AudienceFile, AudienceMember
from db.contacts import Contact
from db.erasures import erase_due
from db.outbox import OutboundMessage
from db.pickups import Pickup
from db.privacy import file_of
from db.retention import Keep, count_due, purge
from db.session import Session, Store
from db.slots import Slot
from db.subscriptions import Subscription
from tests.bot.registry import SITI, family_of, person_of
from tests.bot.test_opt_out import wanted
from tests.bot.test_pickups import ask
from tests.talk import Clock, Person

KINDS = (Subscription, Pickup, AudienceMember, Slot)


def held(session: Session) -> list[int]:
    """Count what is kept of each kind."""
    return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in KINDS]


def take_part(known: Person, store: Store, clock: Clock) -> int:
    """Let somebody have all that notices keep; gives his contact."""
    distribution_id = ask(store, clock)
    known.say("sudah")
    known.say("kabari sa kalau ada BLT di Lamangga")
    known.press("emergencies:yes")
    known.say("pakai bahasa jawa")
    with store.begin() as session:
        contact = session.scalars(select(Contact).where(Contact.address == "siti")).one()
        family = family_of(session, SITI)
        listed = AudienceFile(
            name="daftar.csv", area_code="74.72", lines=2, found=2, created_by="cli",
            created_at=clock(),
        )  # fmt: skip
        session.add(listed)
        session.flush()
        session.add_all(
            [
                AudienceMember(file_id=listed.id, household_id=family.id),
                AudienceMember(file_id=listed.id, contact_id=contact.id),
                Slot(
                    distribution_id=distribution_id, household_id=family.id, starts_at=time(9),
                    ends_at=time(10),
                ),
            ]
        )  # fmt: skip
        return contact.id


def test_own_file_tells_it_and_an_erasure_ends_it(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    contact_id = take_part(known, sample_store, clock)
    with sample_store.read() as session:
        assert held(session) == [1, 1, 2, 1]
        kept = file_of(session, person_of(session, SITI).id, contact_id)
    assert (kept["contact"]["emergencies"], kept["contact"]["language"]) == (True, "jv")
    [wish] = kept["subscriptions"]
    assert (wish["program"], wish["area"]) == ("BLT Dana Desa", "Lamangga")
    assert [(one["held_on"], one["got_it"]) for one in kept["pickups"]] == [("2026-11-21", True)]
    assert [(one["from"], one["to"]) for one in kept["slots"]] == [("09:00", "10:00")]
    lists = kept["audience_lists"] + kept["family_in_audience_lists"]
    assert [one["list"] for one in lists] == ["daftar.csv"] * 2
    [notice] = kept["notices"]
    assert (notice["kind"], notice["text"], notice["state"]) == ("followup", "Sudah ambil?", "sent")
    assert notice["at"] is not None

    known.press("privacy:erase_yes")
    assert wanted(known) == (False, False, False)
    with sample_store.read() as session:
        assert held(session) == [0, 0, 0, 1]  # the hour is the family's
        assert session.get_one(Contact, contact_id).language is None
    known.press(f"pickup:yes:{1}")
    with sample_store.read() as session:
        assert held(session)[1] == 0


def test_an_erasure_leaves_no_number_of_a_provider(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    ask(sample_store, clock)
    of_notice = OutboundMessage.wave_id.is_not(None)
    with sample_store.begin() as session:
        session.execute(update(OutboundMessage).values(state="sent", provider_id="SM1"))
    known.press("privacy:erase_yes")
    with sample_store.begin() as session:
        session.execute(update(OutboundMessage).values(state="sent"))
        assert erase_due(session, clock() + timedelta(hours=2)) == 1
        row = session.scalars(select(OutboundMessage).where(of_notice)).one()
        assert (row.provider_id, row.state, row.body) == (None, "sent", None)
        assert session.get_one(Contact, row.contact_id).address == f"erased-{row.contact_id}"


def test_family_stays_in_a_list_while_another_of_it_has_agreed(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    take_part(known, sample_store, clock)
    with sample_store.begin() as session:
        session.add(
            Contact(
                channel="sms", address="+6281200000001", consent="given", created_at=clock(),
                person_id=person_of(session, SITI).id,
            )
        )  # fmt: skip
    known.press("privacy:erase_yes")
    with sample_store.read() as session:
        left = session.scalars(select(AudienceMember)).one()
        assert left.household_id == family_of(session, SITI).id


def test_answers_hours_and_lists_go_when_they_are_old(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    take_part(known, sample_store, clock)
    keep = Keep(chats=timedelta(days=180), media=timedelta(days=90))
    soon, late = clock() + timedelta(days=170), datetime(2027, 6, 1, tzinfo=UTC)
    names = ("pickups", "slots", "audiences")
    assert [count_due(sample_store, keep, soon)[name] for name in names] == [0, 0, 0]
    counts = purge(sample_store, keep, late, lambda _done, _total, _what: None)
    assert [counts[name] for name in names] == [1, 1, 2]
    with sample_store.read() as session:
        assert held(session) == [1, 0, 0, 0]  # a wish holds until it is taken back
