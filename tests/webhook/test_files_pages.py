"""A file of a ticket in the console: to whom it is shown, and how; and its way from the phone."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from bot.cleaning import clean
from bot.fetcher import Fetcher
from bot.service import adapters, open_files
from bot.settings import load_settings
from db.attachments import KEPT, FileOutcome, attach, claim_files, settle_file
from db.audit import AuditEntry
from db.contacts import Contact
from db.session import Store
from db.tickets import CONFIDENTIAL, Ticket
from nlu.classifier import Model
from tests.pictures import KEPT_AS_IS, SECRET, jpeg
from tests.sent_files import contact_of, file_ticket_with, photo, rows
from tests.webhook.console import signed_in, visitor
from tests.webhook.site import ENVIRON, Site, make_site

WOLIO, MURHUM = "74.72.02", "74.72.06"


def keep(site: Site, data: bytes, area: str = WOLIO) -> int:
    """Keep a file of a new ticket of an area; gives the attachment's id."""
    file_ticket_with(site.store, [photo("1")], area=area, now=site.clock())
    found = clean(data)
    with site.store.connect() as connection:
        [claimed] = claim_files(connection, ["telegram"], 1, site.clock())
        digest = open_files(site.service.settings, site.store).put(found.data)
        outcome = FileOutcome(
            claimed.id, claimed.tries, KEPT, digest=digest, mime=found.mime, size=len(found.data)
        )
        assert settle_file(connection, outcome)
    return claimed.id


def read(store: Store) -> list[str]:
    with store.read() as session:
        trail = select(AuditEntry.subject).where(AuditEntry.action == "read file")
        return list(session.scalars(trail))


def test_file_is_shown_to_its_area_alone_and_the_reading_is_noted(site: Site) -> None:
    file_id = keep(site, jpeg(900, 600))
    ticket_id = next(iter(rows(site.store).values())).ticket_id
    path = f"/console/berkas/{file_id}"
    assert visitor(site).get(path).status_code == 303
    assert signed_in(site, area=MURHUM).get(path).status_code == 404
    assert signed_in(site, area=WOLIO).get(f"/console/berkas/{file_id + 1}").status_code == 404
    assert read(site.store) == []
    whole = signed_in(site, area=WOLIO).get(path)
    assert (whole.status_code, whole.mimetype) == (200, "image/jpeg")
    assert SECRET not in whole.data
    assert Image.open(io.BytesIO(whole.data)).size == (900, 600)
    assert whole.headers["Content-Disposition"] == f'inline; filename="lampiran-{file_id}.jpg"'
    assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Cache-Control"] == "no-store"
    small = signed_in(site, "front_office", WOLIO).get(f"{path}?kecil=1")
    assert Image.open(io.BytesIO(small.data)).size == (320, 213)
    assert read(site.store) == [f"contact:{contact_of(site.store, ticket_id)}"] * 2


def test_confidential_file_is_for_the_chief_and_one_of_a_section_for_the_section(
    site: Site,
) -> None:
    path = f"/console/berkas/{keep(site, jpeg())}"
    assert signed_in(site, "back_office", WOLIO).get(path).status_code == 404
    with site.store.begin() as session:
        session.execute(update(Ticket).values(section="pengolah_data", secrecy=CONFIDENTIAL))
    assert signed_in(site, "back_office", WOLIO).get(path).status_code == 404
    assert signed_in(site, "front_office", WOLIO).get(path).status_code == 404
    assert signed_in(site, "chief", WOLIO).get(path).status_code == 200
    with site.store.begin() as session:
        session.execute(update(Ticket).values(secrecy="plain"))
    assert signed_in(site, "back_office", WOLIO).get(path).status_code == 200
    other = signed_in(site, "back_office", WOLIO, section="pendidikan")
    assert other.get(path).status_code == 404


@pytest.mark.databases("sqlite")
def test_what_is_no_picture_has_no_small_one_and_what_is_lost_is_said(site: Site) -> None:
    chief = signed_in(site)
    sound = keep(site, KEPT_AS_IS["audio/ogg"])
    whole = chief.get(f"/console/berkas/{sound}")
    assert (whole.mimetype, whole.data) == ("audio/ogg", KEPT_AS_IS["audio/ogg"])
    assert chief.get(f"/console/berkas/{sound}?kecil=1").status_code == 404
    pdf = chief.get(f"/console/berkas/{keep(site, KEPT_AS_IS['application/pdf'])}")
    assert pdf.headers["Content-Disposition"].startswith("attachment;")
    for path in site.service.settings.instance.glob("files/??/*"):
        path.unlink()
    assert chief.get(f"/console/berkas/{sound}").status_code == 410


@pytest.mark.databases("sqlite")
def test_photo_of_the_phone_in_the_browser_reaches_the_console(
    tmp_path: Path, store: Store, store_url: str, data_key: str, model: Model
) -> None:
    environ = ENVIRON | {"HALO_DEMO": "1", "DATABASE_URL": store_url, "HALO_DATA_KEY": data_key}
    settings = load_settings(environ, tmp_path)
    site = make_site(settings, store, model)
    phone = site.app.test_client()
    phone.get("/simulator/")
    with phone.session_transaction() as session:
        kept = session["simulator"]
    headers = {"X-Simulator-Token": kept["token"]}
    kind = "application/octet-stream"

    def send(data: bytes, token: dict[str, str] = headers, mimetype: str = kind) -> int:
        answer = phone.post("/simulator/files", data=data, headers=token, content_type=mimetype)
        return answer.status_code

    assert send(jpeg(), {}) == 403
    assert send(jpeg(), mimetype="image/jpeg") == 415
    assert send(bytes(20_000_001)) == 413
    taken = phone.post("/simulator/files", data=jpeg(2_000, 1_500), headers=headers,
                       content_type=kind).json  # fmt: skip
    assert taken is not None
    media = {"kind": "photo", "name": "rumah.jpg", "mime": "image/jpeg", "file": taken["file"]}
    sent = phone.post("/simulator/messages", json={"id": "1", "media": media}, headers=headers)
    assert sent.json == {"ok": True}
    shown = phone.get("/simulator/messages").json
    assert shown is not None
    assert shown["messages"][0]["media"] == {
        "kind": "photo", "name": f"sim:{taken['file']}-rumah.jpg",
    }  # fmt: skip
    file_ticket_with(store, [], area=WOLIO)
    with store.begin() as db:
        contact = db.scalars(select(Contact.id).where(Contact.address == kept["user"])).one()
        ticket = db.scalars(select(Ticket.id)).one()
        file = photo(f"sim:{taken['file']}-rumah.jpg")
        attach(db, contact_id=contact, ticket_id=ticket, files=[file], now=site.clock())
    files = open_files(settings, store)
    fetcher = Fetcher(store, files, adapters(settings), site.clock, lambda: 0.0)
    assert asyncio.run(fetcher.turn())
    [row] = rows(store).values()
    page = signed_in(site, area=WOLIO).get(f"/console/berkas/{row.id}")
    assert Image.open(io.BytesIO(page.data)).size == (2_000, 1_500)
    assert SECRET not in page.data
