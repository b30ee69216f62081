"""What the sample is made of: plain values that know nothing of the store."""

from dataclasses import dataclass
from datetime import date, time

_TIMEZONE = "Asia/Makassar"


@dataclass(frozen=True, slots=True)
class SampleArea:
    """A place; a kelurahan also has the families, men and women that verification found in it."""

    code: str
    name: str
    level: str
    families: int = 0
    men: int = 0
    women: int = 0

    @property
    def row(self) -> dict[str, str | None]:
        """Give the columns of the area's row in the store."""
        return {
            "code": self.code,
            "name": self.name,
            "level": self.level,
            "parent_code": self.code.rpartition(".")[0] or None,
            "timezone": _TIMEZONE,
        }


@dataclass(frozen=True, slots=True)
class SampleProgram:
    """A programme of aid."""

    code: str
    name: str
    agency: str


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A member of a family."""

    nik: str
    name: str
    birth_date: date
    sex: str
    relation: str


@dataclass(frozen=True, slots=True)
class SampleHousehold:
    """A family of one KK with its members, the head first."""

    kk: str
    area_code: str
    address: str
    rt: str
    rw: str
    decile: int | None
    members: tuple[SamplePerson, ...]

    @property
    def head(self) -> SamplePerson:
        """Give the head of the family."""
        return self.members[0]

    @property
    def carer(self) -> SamplePerson:
        """Give whoever draws the family's aid: the wife of the head, or else the head."""
        return next((member for member in self.members if member.relation == "spouse"), self.head)


@dataclass(frozen=True, slots=True)
class SampleList:
    """A list as an agency gave it."""

    key: str
    agency: str
    name: str
    as_of: date


@dataclass(frozen=True, slots=True)
class SamplePayout:
    """Aid that was paid or handed out."""

    period: str
    amount: int | None
    paid_on: date
    place: str


@dataclass(frozen=True, slots=True)
class SampleEnrolment:
    """One person's place in one programme."""

    kk: str
    nik: str
    program: str
    list_key: str
    status: str
    since: date
    reason: str | None
    payouts: tuple[SamplePayout, ...]


@dataclass(frozen=True, slots=True)
class SampleDistribution:
    """Aid that will be handed out."""

    program: str
    area_code: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    source: str


@dataclass(frozen=True, slots=True)
class SampleStaff:
    """Somebody who works for the service, with the kelurahan whose families he looks after."""

    address: str
    name: str
    role: str
    section: str | None
    area_code: str
    villages: tuple[str, ...] = ()
    families: int = 0


@dataclass(frozen=True, slots=True)
class SampleContact:
    """A simulated chat that belongs to a person or to one of the staff."""

    address: str
    state: str
    nik: str | None = None
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything that one load puts into the store."""

    areas: tuple[SampleArea, ...]
    programs: tuple[SampleProgram, ...]
    lists: tuple[SampleList, ...]
    households: tuple[SampleHousehold, ...]
    enrolments: tuple[SampleEnrolment, ...]
    distributions: tuple[SampleDistribution, ...]
    staff: tuple[SampleStaff, ...]
    assignments: tuple[tuple[str, str], ...]  # address of the companion, KK of the family
    contacts: tuple[SampleContact, ...]
    facts: tuple[dict[str, str], ...]
