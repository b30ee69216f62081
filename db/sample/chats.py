"""Who can be met in the simulator, and which families a companion looks after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from db.contacts import ACTIVE as REACHABLE
from db.contacts import BLOCKED
from db.enrolments import ACTIVE
from db.sample.named import named_member
from db.sample.records import SampleContact, SampleEnrolment, SampleHousehold, SampleStaff
from db.sample.tables import read_tables

CHANNEL = "simulator"
_CROWDED_AREA = "74.72.02.1011"  # Bukit Wolio Indah, whose PKH families are announced to
_CROWD = 123
_BLOCKED_EACH = 31  # some people block every service
_ELSEWHERE_EACH = 12

_ROLE_LABELS = {
    "companion": "pendamping",
    "officer": "petugas Dinas Sosial",
    "front_office": "penerima informasi",
    "back_office": "back office",
    "chief": "ketua Puskesos",
    "admin": "pengelola layanan",
}


@dataclass(frozen=True, slots=True)
class DemoIdentity:
    """Somebody as whom the simulator can be used."""

    address: str
    label: str
    role: str


def demo_identities() -> list[DemoIdentity]:
    """Give those whom the service knows already: citizens first, then staff."""
    tables = read_tables()
    area_names = {area.code: area.name for area in tables.areas}
    citizens = [
        DemoIdentity(family["contact"], family["label"], "citizen")
        for family in tables.named
        if "contact" in family
    ]
    staff = [
        DemoIdentity(
            who.address,
            f"{who.name} — {_ROLE_LABELS[who.role]}, {area_names[who.area_code]}",
            who.role,
        )
        for who in tables.staff
    ]
    return citizens + staff


def sample_contacts(
    staff: Sequence[SampleStaff],
    households: Sequence[SampleHousehold],
    enrolments: Sequence[SampleEnrolment],
    named: Sequence[dict[str, Any]],
) -> tuple[SampleContact, ...]:
    """Give the chats of the known people and the staff, and of a crowd that notices go to."""
    known = [
        SampleContact(family["contact"], REACHABLE, nik=named_member(family)["nik"])
        for family in named
        if "contact" in family
    ]
    colleagues = [SampleContact(who.address, REACHABLE, staff=who.address) for who in staff]
    # The other named people stay strangers, so that the identity check can be tried with them.
    strangers = [household for household in households if household.kk not in _kks(named)]
    crowd = [
        SampleContact(
            f"warga-{number:04d}",
            BLOCKED if number % _BLOCKED_EACH == 0 else REACHABLE,
            nik=household.carer.nik,
        )
        for number, household in enumerate(_crowd(strangers, enrolments), start=1)
    ]
    return tuple(known + colleagues + crowd)


def assign_families(
    staff: Sequence[SampleStaff],
    households: Sequence[SampleHousehold],
    enrolments: Sequence[SampleEnrolment],
    named: Sequence[dict[str, Any]],
) -> tuple[tuple[str, str], ...]:
    """Give each companion families of his kelurahan: the named first, then those of PKH."""
    named_kks, pkh = _kks(named), _receiving(enrolments, "PKH")

    def rank(household: SampleHousehold) -> tuple[bool, bool]:
        return household.kk not in named_kks, household.kk not in pkh

    assignments = []
    for companion in staff:
        near = [household for household in households if household.area_code in companion.villages]
        chosen = sorted(near, key=rank)[: companion.families]
        assignments += [(companion.address, household.kk) for household in chosen]
    return tuple(assignments)


def _crowd(
    households: Sequence[SampleHousehold], enrolments: Sequence[SampleEnrolment]
) -> Iterable[SampleHousehold]:
    pkh = _receiving(enrolments, "PKH")
    near = [
        household
        for household in households
        if household.area_code == _CROWDED_AREA and household.kk in pkh
    ]
    far = [household for household in households if household.area_code != _CROWDED_AREA]
    return chain(near[:_CROWD], far[::_ELSEWHERE_EACH])


def _receiving(enrolments: Iterable[SampleEnrolment], program: str) -> set[str]:
    return {
        enrolment.kk
        for enrolment in enrolments
        if enrolment.program == program and enrolment.status == ACTIVE
    }


def _kks(named: Iterable[dict[str, Any]]) -> set[str]:
    return {family["kk"] for family in named}
