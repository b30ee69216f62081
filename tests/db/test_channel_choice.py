"""The chosen channel of a telephone gets what the other one had, and nothing of anybody else."""

from datetime import timedelta

from sqlalchemy import select

from db.audiences import Filters, Topic
from db.channel_choice import Chosen, choose_channel
from db.contacts import BLOCKED, Contact
from db.outbox import OutboundMessage
from db.recipients import recipients
from db.session import Session, Store
from db.subscriptions import subscribe, subscriptions_of
from tests.audience import HERE, THERE, contact, family, make_town
from tests.broadcasts import EARLY, announce, look, rows_of

PHONE = "+628110001"


def kept(session: Session, contact_id: int) -> tuple[object, ...]:
    one = session.get_one(Contact, contact_id, populate_existing=True)
    return one.person_id, one.language, one.notices, one.news, one.emergencies


def ways(session: Session) -> list[tuple[str, str]]:
    """Give the channels of all rows and of their contacts."""
    query = select(OutboundMessage.channel, Contact.channel).join(
        Contact, Contact.id == OutboundMessage.contact_id
    )
    return [(row, own) for row, own in session.execute(query)]


def test_subscriptions_go_along_once(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        sms = contact(session, channel="sms", address=PHONE)
        whatsapp = contact(session, channel="whatsapp", address=PHONE, emergencies=True)
        for one in (sms, whatsapp):
            subscribe(session, one.id, "PKH", HERE, EARLY)
        subscribe(session, sms.id, "BPNT", HERE, EARLY)
        subscribe(session, sms.id, None, THERE, EARLY, emergencies=True)
        became = choose_channel(session, sms.id, "whatsapp", "sms", EARLY)
        assert became is Chosen.TOLD_THERE
        assert subscriptions_of(session, sms.id) == []
        moved = [
            (one.program_code, one.emergencies) for one in subscriptions_of(session, whatsapp.id)
        ]
        assert moved == [("PKH", False), ("BPNT", False), (None, True)]
        heard = recipients(Filters(areas=(HERE,), program="BPNT"), Topic.AID)
        assert [row.contact_id for row in session.execute(heard)] == [whatsapp.id]
        assert kept(session, whatsapp.id) == (None, None, True, True, True)
        assert kept(session, sms.id) == (None, None, False, False, False)


def test_tie_and_language_are_kept_given_and_never_taken(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        mine, another = family(session), family(session)
        whatsapp = contact(session, mine, channel="whatsapp", address=PHONE, language="jv")
        sms = contact(session, channel="sms", address=PHONE, language="wlo", consent=None)
        choose_channel(session, sms.id, "whatsapp", "sms", EARLY)
        assert kept(session, whatsapp.id) == (whatsapp.person_id, "jv", True, True, False)
        assert whatsapp.person_id is not None
        assert kept(session, sms.id) == (None, "wlo", False, False, False)
        choose_channel(session, sms.id, "sms", "whatsapp", EARLY)
        assert kept(session, sms.id) == (whatsapp.person_id, "wlo", True, True, False)
        assert session.get_one(Contact, sms.id).consent == "given"

        theirs = contact(session, another, channel="whatsapp", address="+62822")
        shared = contact(session, mine, channel="sms", address="+62822")
        before = [kept(session, one.id) for one in (theirs, shared)]
        became = choose_channel(session, shared.id, "whatsapp", "sms", EARLY)
        assert became is Chosen.OF_ANOTHER
        assert [kept(session, one.id) for one in (theirs, shared)] == before


def test_where_nothing_arrives_and_where_nothing_is_wanted(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        whatsapp = contact(session, channel="whatsapp", address=PHONE, state=BLOCKED)
        sms = contact(session, channel="sms", address=PHONE)
        alone = contact(session, channel="sms", address="+62822")
        became = [choose_channel(session, one.id, "whatsapp", "sms", EARLY) for one in (sms, alone)]
        assert became == [Chosen.UNREACHABLE, Chosen.UNKNOWN]
        for one in (sms, alone):
            assert kept(session, one.id)[2:] == (True, True, False)
        whatsapp.state = "active"
        for one in (sms, whatsapp):
            one.notices = one.news = False
        became = [choose_channel(session, sms.id, "whatsapp", "sms", EARLY)]
        assert became == [Chosen.SILENT]
        assert kept(session, whatsapp.id)[2:] == (False, False, False)


def test_notice_that_is_under_way_comes_once_by_the_chosen_way(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        whatsapp = contact(
            session, home, channel="whatsapp", address=PHONE, last_inbound_at=EARLY
        ).id
        first = announce(session).id
    look(store, EARLY)
    with store.begin() as session:
        choose_channel(session, whatsapp, "sms", "whatsapp", EARLY)
    assert rows_of(store, first) == {PHONE: ("queued", None)}
    with store.begin() as session:
        assert ways(session) == [("sms", "sms")]
        choose_channel(session, whatsapp, "whatsapp", "sms", EARLY + timedelta(minutes=1))
        assert ways(session) == [("whatsapp", "whatsapp")]
