"""What came with a group's month: seen within its area alone, and gone when its time is over."""

from datetime import date, timedelta

from sqlalchemy import select

from db.areas import Scope
from db.attachments import GONE, KEPT, Attachment, attach
from db.kept_files import find_file
from db.kube_groups import ACTIVE
from db.pulses import Told, record_pulse
from db.retention import Keep, purge
from db.session import Store
from db.ticket_desk import Sight
from tests.audience import contact
from tests.kube import make_kube
from tests.moment import NOW
from tests.tickets import CITY, MURHUM, WOLIO

KEEP = Keep(chats=timedelta(days=180), media=timedelta(days=90))


def test_a_photo_of_a_month_is_its_areas_and_is_let_go_in_time(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session)
        pulse = record_pulse(session, group, date(2026, 11, 1), Told(ACTIVE), "staff:1", NOW, NOW)
        sent = [{"kind": "photo", "ref": "buku-kas", "mime": "image/jpeg"}]
        attach(
            session, contact_id=contact(session).id, pulse_id=pulse.id, files=sent, now=NOW
        )  # fmt: skip
        session.flush()
        file = session.scalars(select(Attachment)).one()
        file.state, file.ref, file.digest, file.size = KEPT, None, b"d" * 16, 9
        session.flush()
        for area, seen in ((CITY, True), (WOLIO, True), (MURHUM, False)):
            found = find_file(session, Sight(Scope(area), "chief", None, 1), file.id)
            assert (found is not None) == seen
            assert found is None or found.subject == f"kube:{group.id}"
    for days, state in ((89, KEPT), (91, GONE)):
        purge(store, KEEP, NOW + timedelta(days=days), lambda *_: None)
        with store.read() as session:
            file = session.scalars(select(Attachment)).one()
            assert (file.state, file.digest is None) == (state, state == GONE)
