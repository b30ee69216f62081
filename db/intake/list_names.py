"""Lists and agencies by their names, which offices write now in this way and now in that."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import select, text

from db.base import DIALECT_INSERT
from db.batches import APPLIED, Batch
from db.enrolments import Enrolment
from db.registry import AgencyList
from db.session import Session

_NEAR_ENOUGH = 85  # of 100; below this the nearest agency is another one
_FEWEST_LETTERS = 3  # of a short form
_LIST: Any = AgencyList.__table__


def folded(name: str) -> str:
    """Give what two ways to write one name have in common."""
    return " ".join(name.split()).casefold()


def list_named(session: Session, agency: str, name: str, as_of: date) -> AgencyList:
    """Give the row of a list, locked: who else imports the same list waits here.

    A list and an agency that are known keep the spelling by which they came first.
    """
    found = _find(session, agency, name)
    if found is None:
        if session.core.dialect.name == "postgresql":  # two spellings at once would be two lists
            session.core.execute(text("LOCK TABLE lists IN SHARE ROW EXCLUSIVE MODE"))
        found = _find(session, agency, name) or _make(session, agency, name, as_of)
    query = select(AgencyList).where(AgencyList.id == found)
    return session.scalars(query.with_for_update()).one()


def agency_meant(session: Session, agency: str) -> str | None:
    """Give the known agency that a new one may stand for; None where it is known, or near none."""
    known = _agencies_with_lists(session)
    said = folded(agency)
    if said in map(folded, known):
        return None
    near = [(fuzz.ratio(said, folded(name)), name) for name in known]
    near += [(100.0, name) for name in known if _is_short_for(said, folded(name))]
    score, name = max(near, default=(0.0, ""))
    return name if score >= _NEAR_ENOUGH else None


def _find(session: Session, agency: str, name: str) -> int | None:
    wanted = folded(agency), folded(name)
    rows = session.execute(select(AgencyList.id, AgencyList.agency, AgencyList.name))
    same = [found for found, *names in rows if tuple(map(folded, names)) == wanted]
    return min(same, default=None)


def _make(session: Session, agency: str, name: str, as_of: date) -> int:
    known = session.scalars(select(AgencyList.agency).order_by(AgencyList.id))
    spelled = next((one for one in known if folded(one) == folded(agency)), agency.strip())
    row = {"agency": spelled, "name": name.strip(), "as_of": as_of}
    insert = DIALECT_INSERT[session.core.dialect.name](_LIST).returning(_LIST.c.id)
    made: int = session.core.execute(insert, row).scalar_one()
    return made


def _agencies_with_lists(session: Session) -> Sequence[str]:
    """Give the agencies of which a list came into force; a name only tried is none yet."""
    came = select(Batch.list_id).where(Batch.state == APPLIED)
    # Lines that no batch brought are those of the sample.
    given = select(Enrolment.list_id).where(Enrolment.batch_id.is_(None))
    query = select(AgencyList.agency).where(AgencyList.id.in_(came) | AgencyList.id.in_(given))
    return session.scalars(query.distinct().order_by(AgencyList.agency)).all()


def _is_short_for(said: str, known: str) -> bool:
    """Say whether a name is a part of another one, such as "dinsos" of "dinas sosial kota"."""
    words, of = said.split(), known.split()
    if not words or len(said) < _FEWEST_LETTERS:
        return False
    if set(words) <= set(of) or set(of) <= set(words):
        return True
    letters = "".join(words)
    return any(_begins(letters, of[first:]) for first in range(len(of)))


def _begins(letters: str, words: Sequence[str]) -> bool:
    """Say whether letters are nothing but the beginnings of the words, one after another."""
    if not letters:
        return True
    if not words:
        return False
    return any(
        letters[:length] == words[0][:length] and _begins(letters[length:], words[1:])
        for length in range(min(len(words[0]), len(letters)), 0, -1)
    )
