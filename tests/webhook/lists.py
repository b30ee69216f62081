"""Lists as officers upload them, and what is to be decided, over the sample."""

import fcntl
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from db.batches import REJECTED, Batch
from db.identities import SPLIT, IdentityDecision, Match
from db.registry import AgencyList, Household, Person
from db.sample.named import named_people
from db.session import Store
from tests.moment import NOW
from tests.webhook.console import Officer
from tests.webhook.site import Site

SITI = named_people()[0]
HEADER = "nik;no_kk;nama;kelurahan;program;status;catatan petugas"
# A new programme of somebody known, somebody new, and dirt that is refused for two reasons.
ROWS = (
    f"{SITI.nik};{SITI.kk};{SITI.name};{SITI.kelurahan};KIP;aktif;",
    f"7472024101900077;7472020101200077;Wa Uji Coba;{SITI.kelurahan};KIP;aktif;",
    f"7,47291E+15;{SITI.kk};La Salah;{SITI.kelurahan};KIP;aktif;",
    f"7472024101900078;{SITI.kk};;{SITI.kelurahan};KIP;aktif;",
)
SAID = {"agency": "Dinas Uji", "list_name": "Uji Coba 2026", "as_of": "2026-11-01"}


def content(rows: Sequence[str] = ROWS) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


def upload(officer: Officer, body: bytes, **changed: str) -> TestResponse:
    file: Any = (BytesIO(body), "uji.csv")
    response = officer.post("/console/kiriman/baru", **(SAID | changed), file=file)
    response.request.environ["wsgi.input"].close()  # which the client of the tests leaves open
    return response


def settled(site: Site, batch_id: int) -> None:
    """Wait until nobody works on a batch."""
    try:
        with (site.service.settings.instance / "imports" / f"batch-{batch_id}").open() as note:
            fcntl.flock(note, fcntl.LOCK_SH)
    except FileNotFoundError:
        pass


def uploaded(site: Site, officer: Officer, rows: Sequence[str] = ROWS, **changed: str) -> int:
    """Upload a list and wait for its dry run; gives the batch."""
    response = upload(officer, content(rows), **changed)
    assert response.status_code == 303, response.text
    batch_id = int((response.location or "").rpartition("/")[2])
    settled(site, batch_id)
    return batch_id


def batch_of(store: Store, batch_id: int) -> Batch:
    with store.read() as session:
        return session.get_one(Batch, batch_id)


def rejected_batch(store: Store, area_code: str) -> int:
    """Put a batch of an area there on which all is decided; gives its id."""
    with store.begin() as session:
        batch = Batch(
            list_id=session.scalars(select(AgencyList.id)).first(), area_code=area_code,
            as_of=date(2026, 11, 1), file_name="x.csv", state=REJECTED, uploaded_by="cli",
            uploaded_at=NOW,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        return batch.id


def two_people(store: Store, area_code: str) -> tuple[int, int]:
    """Give two people of an area who are in the same family as nobody of the other."""
    with store.read() as session:
        query = (
            select(Person.id)
            .join(Household, Household.id == Person.household_id)
            .where(Household.area_code.startswith(area_code), Person.relation == "head")
        )
        one, other = session.scalars(query.order_by(Person.id).limit(2))
    return one, other


def open_match(store: Store, area_code: str) -> int:
    """Let two people of an area be likely doubles; gives the match."""
    one, other = two_people(store, area_code)
    with store.begin() as session:
        match = session.scalars(select(Match).filter_by(person_id=other, other_id=one)).first()
        if match is None:
            match = Match(
                person_id=other, other_id=one, score=93, why="birth_and_area", found_at=NOW
            )
            session.add(match)
            session.flush()
        return match.id


def noted_split(store: Store, area_code: str) -> int:
    """Note a split of a person of an area; gives the decision."""
    one, other = two_people(store, area_code)
    with store.begin() as session:
        decision = IdentityDecision(
            kind=SPLIT, kept_id=one, other_id=other, moved={}, decided_by="cli", decided_at=NOW
        )
        session.add(decision)
        session.flush()
        return decision.id
