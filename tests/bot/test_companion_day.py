"""A day in the field: late, doubled and shuffled messages leave every visit once, as it was."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Address, Channel, Inbound, Media, MediaKind
from db.areas import Area
from db.assignments import families_of, grown_ups_of
from db.attachments import Attachment
from db.session import Store
from db.staff import Staff
from db.visits import Visit
from tests.moment import NOW, TODAY
from tests.talk import Clock

EACH = 8  # visits of each companion
CHATS = ("pendamping-wolio", "pendamping-murhum", "pendamping-betoambari", "pendamping-sorawolio")
FOUND = ("anak sehat, sdh ke posyandu", "beras sudah terima lengkap", "atap bocor, butuh bantuan")


def plan(store: Store) -> dict[int, list[tuple[int, str]]]:
    """Give some families of each companion by names that fit nobody else, as they are called."""
    planned: dict[int, list[tuple[int, str]]] = {}
    with store.read() as session:
        names = {area.code: area.name for area in session.scalars(select(Area))}
        companions = session.scalars(select(Staff).filter_by(role="companion").order_by(Staff.id))
        for staff in companions.all():
            rows = families_of(session, staff.id, TODAY)
            spouses = [name for _home, name in grown_ups_of(session, staff.id, TODAY)]
            known = [set(name.split()) for name in [*(row[1] for row in rows), *spouses]]
            planned[staff.id] = [
                (home.id, f"{name} {names[home.area_code]}")
                for home, name, _seen in rows
                if sum(set(name.split()) - {"La", "Wa", "Ode"} <= other for other in known) == 1
            ][:EACH]
    return planned


@pytest.mark.databases("sqlite")
def test_every_visit_lands_once_at_its_time_with_its_family(
    engine: Engine, clock: Clock, sample_store: Store
) -> None:
    rng = random.Random(7)
    planned = plan(sample_store)
    expected, photos, sent = {}, {}, []
    for chat, (staff_id, families) in zip(CHATS, planned.items(), strict=True):
        address = Address(Channel.SIMULATOR, chat)
        for place, (home, called) in enumerate(families):
            at = NOW + timedelta(minutes=12 * place)
            text = f"kunjungan {called}, {FOUND[place % len(FOUND)]}, foto nyusul"
            report = Inbound(address, f"{chat}-{place}", at, text)
            photo = Inbound(
                address, f"{chat}-{place}-photo", at + timedelta(minutes=3), f"foto {called}",
                media=(Media(MediaKind.PHOTO, f"{chat}-{place}", "image/jpeg"),),
            )  # fmt: skip
            again = Inbound(address, f"{chat}-{place}-again", at + timedelta(minutes=6), text)
            expected[staff_id, home] = at
            photos[staff_id, home] = f"{chat}-{place}"
            delays = [0, 0, 0]
            if place % 3 == 0:  # a gap of the signal: late, and in any order
                delays = [rng.randint(0, 90) for _ in range(3)]
            for delay, message in zip(delays, (report, photo, again), strict=True):
                if message is not again or place % 3 == 1:
                    sent.append((message.sent_at + timedelta(minutes=delay), message))
            if place % 2:
                sent.append((at + timedelta(minutes=7), report))  # the provider repeats itself
    for arrives, message in sorted(sent, key=lambda pair: (pair[0], pair[1].external_id)):
        clock.now = max(clock.now, arrives)
        engine.receive(message)
    with sample_store.read() as session:
        visits = session.scalars(select(Visit)).all()
        assert {(one.staff_id, one.household_id): one.visited_at for one in visits} == expected
        assert len(visits) == len(expected) == EACH * len(CHATS)
        rows = session.execute(
            select(Attachment.ref, Visit.staff_id, Visit.household_id).join(
                Visit, Visit.id == Attachment.visit_id
            )
        ).all()
        assert {(staff, home): ref for ref, staff, home in rows} == photos
        assert len(rows) == len(photos)
