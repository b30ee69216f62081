"""Puts the sample into the store, once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, literal, select, update

from db.areas import Area
from db.assignments import Assignment
from db.base import DIALECT_INSERT
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import LISTED, Enrolment, Payout
from db.facts import Fact
from db.intake.statements import analyze
from db.registry import AgencyList, Household, Person, Program
from db.sample.answers import load_catalogue, load_offices
from db.sample.budget import load_budget
from db.sample.chats import CHANNEL
from db.sample.expecting import expecting
from db.sample.generate import generate
from db.sample.named import named_households
from db.sample.plant import Planter
from db.sample.records import Sample
from db.sample.tables import read_tables
from db.schedules import Distribution
from db.session import Session
from db.staff import Staff

Progress = Callable[[int, int, str], None]

_KNOWN_FOR = timedelta(days=30)
_CARD_PROGRAM = "PBI"  # of whose list the sample says who has a card


def load(session: Session, today: date, now: datetime, progress: Progress | None = None) -> bool:
    """Load the sample into a store without families; False, and nothing done, if it has any.

    Invented families never come to stand among real ones.
    """
    if session.execute(select(Household.id).limit(1)).first() is not None:
        return False
    steps: Sequence[tuple[str, Callable[[_Loader], None]]] = (
        ("wilayah dan program", _Loader.places_and_programs),
        ("keluarga", _Loader.households),
        ("warga", _Loader.people),
        ("penerima bantuan", _Loader.enrolments),
        ("penyaluran", _Loader.payouts),
        ("petugas dan kontak", _Loader.staff_and_contacts),
        ("data yang tidak cocok", _Loader.troubles),
    )
    tell = progress or _quiet
    tell(0, len(steps) + 1, "menyusun data contoh")
    loader = _Loader(session, generate(read_tables(), today), now)
    for done, (label, step) in enumerate(steps, start=1):
        tell(done, len(steps) + 1, label)
        step(loader)
    tell(len(steps) + 1, len(steps) + 1, "selesai")
    return True


def _quiet(_done: int, _total: int, _label: str) -> None:
    pass


class _Loader:
    """One load under way, with the ids that the store has given so far.

    The store gives all ids itself: sequences stay right, and rows that others insert meanwhile
    cannot meet these.
    """

    def __init__(self, session: Session, sample: Sample, now: datetime) -> None:
        self._session = session
        self._connection = session.connection()
        self._vault = session.vault
        self._sample = sample
        self._now = now
        self._lists: dict[str, int] = {}
        self._households: dict[str, int] = {}  # by KK
        self._people: dict[str, int] = {}  # by NIK
        self._as_of = next(entry.as_of for entry in sample.lists if entry.key == "dtsen")
        self._enrolments: list[int] = []  # in the order of the sample

    def places_and_programs(self) -> None:
        """Load areas, programmes, lists and distributions, keeping what an office has already."""
        self._add_missing(Area, [area.row for area in self._sample.areas])
        self._add_missing(
            Program,
            [
                {
                    "code": program.code,
                    "name": program.name,
                    "agency": program.agency,
                }
                for program in self._sample.programs
            ],
        )
        self._add_missing(
            Fact,
            [
                row | {"source": "data contoh", "source_date": self._now.date()}
                for row in self._sample.facts
            ],
        )
        load_catalogue(self._session)
        load_offices(self._session, self._now)
        load_budget(self._session, self._now)
        self._load_lists()
        self._load_distributions()

    def households(self) -> None:
        """Load the families."""
        ids = self._add(
            Household,
            [
                {
                    "kk_sealed": self._vault.seal(household.kk, "kk"),
                    "kk_index": self._vault.index(household.kk, "kk"),
                    "area_code": household.area_code,
                    "address": household.address,
                    "rt": household.rt,
                    "rw": household.rw,
                    "decile": household.decile,
                    "list_id": self._lists["dtsen"],
                    "as_of": self._as_of,
                }
                for household in self._sample.households
            ],
        )
        kks = (household.kk for household in self._sample.households)
        self._households = dict(zip(kks, ids, strict=True))

    def people(self) -> None:
        """Load the members of the families."""
        members = [
            (household.kk, member)
            for household in self._sample.households
            for member in household.members
        ]
        ids = self._add(
            Person,
            [
                {
                    "household_id": self._households[kk],
                    "nik_sealed": self._vault.seal(member.nik, "nik"),
                    "nik_index": self._vault.index(member.nik, "nik"),
                    "name": member.name,
                    "birth_date": member.birth_date,
                    "sex": member.sex,
                    "relation": member.relation,
                    "as_of": self._as_of,
                }
                for kk, member in members
            ],
        )
        self._people = dict(zip((member.nik for _, member in members), ids, strict=True))

    def enrolments(self) -> None:
        """Load who is in which programme."""
        self._enrolments = self._add(
            Enrolment,
            [
                {
                    "person_id": self._people[enrolment.nik],
                    "program_code": enrolment.program,
                    "list_id": self._lists[enrolment.list_key],
                    "status": enrolment.status,
                    "since": enrolment.since,
                    "reason": enrolment.reason,
                    "has_card": True if enrolment.program == _CARD_PROGRAM else None,
                }
                for enrolment in self._sample.enrolments
            ],
        )
        self._register()

    def _register(self) -> None:
        """Let the register name everybody, as it is what the families come from."""
        lines = select(
            Person.id,
            literal(self._lists["dtsen"]),
            literal(LISTED),
            literal(self._as_of),
            Person.name,
            Person.birth_date,
            Household.kk_index,
            Household.area_code,
            Household.decile,
        ).join(Household, Household.id == Person.household_id)
        columns = (
            "person_id", "list_id", "status", "since", "name", "birth_date", "kk_index",
            "area_code", "decile",
        )  # fmt: skip
        self._connection.execute(insert(Enrolment).from_select(columns, lines))
        told = update(Enrolment).where(
            Enrolment.person_id == bindparam("who"), Enrolment.list_id == self._lists["dtsen"]
        )
        until = expecting(self._sample.households, self._as_of)
        self._connection.execute(
            told.values(pregnant_until=bindparam("until")),
            [{"who": self._people[nik], "until": day} for nik, day in until.items()],
        )

    def payouts(self) -> None:
        """Load what was paid."""
        rows = [
            {
                "enrolment_id": enrolment_id,
                "period": payout.period,
                "amount": payout.amount,
                "paid_on": payout.paid_on,
                "place": payout.place,
            }
            for enrolment_id, enrolment in zip(
                self._enrolments, self._sample.enrolments, strict=True
            )
            for payout in enrolment.payouts
        ]
        self._connection.execute(insert(Payout), rows)

    def staff_and_contacts(self) -> None:
        """Load the staff, whom they look after, and the chats of the simulator."""
        ids = self._add(
            Staff,
            [
                {
                    "name": who.name,
                    "role": who.role,
                    "section": who.section,
                    "area_code": who.area_code,
                    "created_at": self._now - _KNOWN_FOR,
                }
                for who in self._sample.staff
            ],
        )
        staff = dict(zip((who.address for who in self._sample.staff), ids, strict=True))
        self._connection.execute(
            insert(Assignment),
            [
                {"staff_id": staff[address], "household_id": self._households[kk]}
                for address, kk in self._sample.assignments
            ],
        )
        self._load_contacts(staff)

    def troubles(self) -> None:
        """Spoil some lines, so that there is something to find."""
        named = {self._households[family.kk] for family in named_households(read_tables().named)}
        Planter(self._connection, self._vault, self._now.date(), named).plant(self._lists)
        analyze(self._connection, "people", "households", "enrolments")

    def _load_contacts(self, staff: dict[str, int]) -> None:
        known_since = self._now - _KNOWN_FOR
        self._add_missing(
            Contact,
            [
                {
                    "channel": CHANNEL,
                    "address": contact.address,
                    "state": contact.state,
                    "consent": CONSENT_GIVEN,
                    "consent_at": known_since,
                    "person_id": self._people[contact.nik] if contact.nik else None,
                    "staff_id": staff[contact.staff] if contact.staff else None,
                    "failed_tries": 0,
                    "created_at": known_since,
                }
                for contact in self._sample.contacts
            ],
        )

    def _load_lists(self) -> None:
        rows = [
            {"agency": entry.agency, "name": entry.name, "as_of": entry.as_of}
            for entry in self._sample.lists
        ]
        self._add_missing(AgencyList, rows)
        for entry in self._sample.lists:
            query = select(AgencyList.id).filter_by(
                agency=entry.agency, name=entry.name, as_of=entry.as_of
            )
            self._lists[entry.key] = self._connection.execute(query).scalar_one()

    def _load_distributions(self) -> None:
        rows = [
            {
                "program_code": distribution.program,
                "area_code": distribution.area_code,
                "held_on": distribution.held_on,
                "starts_at": distribution.starts_at,
                "ends_at": distribution.ends_at,
                "place": distribution.place,
                "source": distribution.source,
                "created_at": self._now,
            }
            for distribution in self._sample.distributions
        ]
        self._add_missing(Distribution, rows)

    def _add(self, table: Any, rows: list[dict[str, Any]]) -> list[int]:
        statement = insert(table).returning(table.id, sort_by_parameter_order=True)
        return list(self._connection.execute(statement, rows).scalars())

    def _add_missing(self, table: Any, rows: list[dict[str, Any]]) -> None:
        statement = DIALECT_INSERT[self._connection.dialect.name](table).on_conflict_do_nothing()
        self._connection.execute(statement, rows)
