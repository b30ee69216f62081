"""A small registry for tests of findings: families put in by hand, one line at a time."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from db.areas import Area
from db.enrolments import ACTIVE, LISTED, Enrolment
from db.registry import AgencyList, Household, Person, Program
from db.session import Session
from tests.moment import TODAY

CITY, VILLAGE, OTHER_VILLAGE = "33.74", "33.74.01.1001", "33.74.02.1001"
FRESH, STALE = TODAY - timedelta(days=10), TODAY - timedelta(days=300)
PROGRAMS = ("PKH", "BPNT", "PBI", "PIP", "YAPI", "LANSIA", "KUBE", "NELAYAN")


@dataclass
class Registry:
    """Puts areas, lists, families and lines into a session."""

    session: Session
    lists: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def __post_init__(self) -> None:
        for code, level in (
            ("33", "province"), (CITY, "city"), ("33.74.01", "district"), ("33.74.02", "district"),
            (VILLAGE, "village"), (OTHER_VILLAGE, "village"),
        ):  # fmt: skip
            parent = code.rpartition(".")[0] or None
            self.session.add(Area(code=code, name=f"Area {code}", level=level, parent_code=parent))
            self.session.flush()
        for code in PROGRAMS:
            self.session.add(Program(code=code, name=code, agency="Dinsos"))
        self.session.flush()

    def list(self, name: str, as_of: date = FRESH, agency: str | None = None) -> int:
        """Give the list of a name, new where it is not there yet."""
        if name not in self.lists:
            row = AgencyList(agency=agency or f"Dinas {name}", name=name, as_of=as_of)
            self.session.add(row)
            self.session.flush()
            self.lists[name] = row.id
        return self.lists[name]

    def family(self, **values: Any) -> int:
        """Put in a family, by default a poor one."""
        self._number += 1
        kk = f"33749901012{self._number:05d}"
        given = {
            "kk_sealed": self.session.vault.seal(kk, "kk"),
            "kk_index": self.session.vault.index(kk, "kk"),
            "area_code": VILLAGE,
            "address": f"Jl. Melati No. {self._number}",
            "rt": "001",
            "rw": "002",
            "decile": 2,
            "list_id": self.list("DTSEN"),
            "as_of": FRESH,
        }
        household = Household(**given | values)
        self.session.add(household)
        self.session.flush()
        return household.id

    def person(self, family: int, age: int = 40, relation: str = "head", **values: Any) -> int:
        """Put in a member of a family, of an age today."""
        self._number += 1
        nik = f"33749041018{self._number:05d}"
        given = {
            "household_id": family,
            "nik_sealed": self.session.vault.seal(nik, "nik"),
            "nik_index": self.session.vault.index(nik, "nik"),
            "name": f"Orang {self._number}",
            "birth_date": TODAY.replace(year=TODAY.year - age) - timedelta(days=30),
            "sex": "L",
            "relation": relation,
            "as_of": FRESH,
        }
        person = Person(**given | values)
        self.session.add(person)
        self.session.flush()
        return person.id

    def line(self, person: int, list_name: str, program: str | None = None, **values: Any) -> int:
        """Put in a line of a list; without a programme it is the register's."""
        given = {
            "person_id": person,
            "list_id": self.list(list_name),
            "program_code": program,
            "status": ACTIVE if program else LISTED,
            "since": FRESH,
        }
        enrolment = Enrolment(**given | values)
        self.session.add(enrolment)
        self.session.flush()
        return enrolment.id

    def settled(self, **values: Any) -> tuple[int, int]:
        """Put in a family with one member in the register, of whom nothing is to be found."""
        family = self.family(**values)
        person = self.person(family)
        self.line(person, "DTSEN")
        self.line(person, "PBI", "PBI", has_card=True)
        return family, person
