"""Troubles among the sample's lists, a few of each kind, as every office has them."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from db.contacts import Contact
from db.crypto import Vault
from db.enrolments import ACTIVE, STOPPED, Enrolment
from db.registry import Household, Person
from db.sample.identifiers import dice

_OTHER_KK = "7472990101{:06d}"  # of a sub-district that exists nowhere
_OTHERS = ("Yohanes Pareang", "Maria Goreti Lewa", "Kristina Tandiayu", "Petrus Rantelino")
_YEAR = timedelta(days=365)


class Planter:
    """Spoils some lines of a sample that is loaded; who is known by name or chat is spared."""

    def __init__(
        self, connection: Connection, vault: Vault, today: date, spared: Collection[int]
    ) -> None:
        """Take the families to spare."""
        self._connection = connection
        self._vault = vault
        self._today = today
        self._spared = spared

    def plant(self, lists: dict[str, int]) -> None:
        """Plant all kinds; `lists` are the ids of the lists by their keys."""
        self._still_paid()
        self._left()
        self._without_card()
        self._without_nik()
        self._other_kk()
        self._other_people()
        self._twice()
        for program, list_key, years, count in (
            ("PIP", "pip", (38, 44), 5),
            ("LANSIA", "dinsos", (30, 45), 4),
            ("YAPI", "yapi", (19, 23), 3),
        ):
            self._wrong_age(program, lists[list_key], years, count)

    def _pick(self, what: str, query: Select[Any], count: int) -> list[int]:
        """Give so many of the ids that a query finds, always the same."""
        known = select(Contact.person_id).where(Contact.person_id.is_not(None))
        query = query.where(
            Person.household_id.not_in(self._spared), Person.id.not_in(known)
        ).order_by(query.selected_columns[0])
        found = list(self._connection.execute(query).scalars())
        return dice("troubles", what).sample(found, min(count, len(found)))

    def _lines(self, program: str, status: str = ACTIVE) -> Select[Any]:
        return (
            select(Enrolment.id)
            .join(Person, Person.id == Enrolment.person_id)
            .join(Household, Household.id == Person.household_id)
            .where(Enrolment.program_code == program, Enrolment.status == status)
        )

    def _change(self, ids: Collection[int], **values: Any) -> None:
        self._connection.execute(update(Enrolment).where(Enrolment.id.in_(ids)).values(**values))

    def _still_paid(self) -> None:
        for program, count in (("PBI", 9), ("BPNT", 7), ("PKH", 5)):
            risen = self._lines(program, STOPPED).where(Household.decile >= 6)
            ids = self._pick(f"well off {program}", risen, count)
            self._change(ids, status=ACTIVE, reason=None, since=self._today - 2 * _YEAR)

    def _left(self) -> None:
        for because, count in (("died", 9), ("moved", 5)):
            heads = self._lines("PBI").where(Person.relation == "head")
            heads = heads.where(Person.left_because.is_(None))
            lines = self._pick(because, heads, count)
            people = select(Enrolment.person_id).where(Enrolment.id.in_(lines))
            self._connection.execute(
                update(Person)
                .where(Person.id.in_(people))
                .values(left_because=because, left_on=self._today - timedelta(days=120))
            )

    def _without_card(self) -> None:
        self._change(self._pick("cards", self._lines("PBI"), 60), has_card=False)

    def _without_nik(self) -> None:
        small = select(Person.id).where(Person.relation == "child")
        ids = self._pick("niks", small.where(Person.birth_date > self._today - 4 * _YEAR), 12)
        self._connection.execute(
            update(Person).where(Person.id.in_(ids)).values(nik_sealed=None, nik_index=None)
        )

    def _other_kk(self) -> None:
        for number, line in enumerate(self._pick("kk", self._lines("PIP"), 18), start=1):
            self._change([line], kk_index=self._vault.index(_OTHER_KK.format(number), "kk"))

    def _other_people(self) -> None:
        lines = self._pick("names", self._lines("PIP"), len(_OTHERS))
        for name, line in zip(_OTHERS, lines, strict=True):
            self._change([line], name=name, birth_date=date(2011, 5, 17))

    def _twice(self) -> None:
        copied = [
            column for column in Enrolment.__table__.columns if column.name not in ("id", "row_no")
        ]
        rows = select(*copied).where(Enrolment.id.in_(self._pick("twice", self._lines("PIP"), 9)))
        self._connection.execute(insert(Enrolment).from_select([c.name for c in copied], rows))

    def _wrong_age(self, program: str, list_id: int, years: tuple[int, int], count: int) -> None:
        youngest, oldest = (self._today - age * _YEAR for age in years)
        fitting = select(Person.id).where(Person.birth_date.between(oldest, youngest))
        self._connection.execute(
            insert(Enrolment),
            [
                {
                    "person_id": person,
                    "list_id": list_id,
                    "program_code": program,
                    "status": ACTIVE,
                    "since": self._today - _YEAR,
                }
                for person in self._pick(f"age {program}", fitting, count)
            ],
        )
