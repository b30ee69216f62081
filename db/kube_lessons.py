"""How far a group has come in its short lessons."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, SmallInteger, String, case, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session


class KubeLesson(Base):
    """The furthest card of one lesson that a group has read, and when it knew the answer."""

    __tablename__ = "kube_lessons"

    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(20), primary_key=True)
    card: Mapped[int] = mapped_column(SmallInteger)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    passed_at: Mapped[datetime | None]


_LESSON: Any = KubeLesson.__table__


def note_card(session: Session, group_id: int, lesson: str, card: int) -> None:
    """Note that a card was read; going back takes nothing away."""
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    row = insert(_LESSON).values(group_id=group_id, lesson=lesson, card=card, tries=0)
    furthest = case((_LESSON.c.card < row.excluded.card, row.excluded.card), else_=_LESSON.c.card)
    session.core.execute(
        row.on_conflict_do_update(index_elements=["group_id", "lesson"], set_={"card": furthest})
    )


def note_answer(
    session: Session, group_id: int, lesson: str, card: int, right: bool, now: datetime
) -> None:
    """Note an answer to a lesson's question; who knew it once has passed."""
    note_card(session, group_id, lesson, card)
    kept = session.get_one(
        KubeLesson, (group_id, lesson), with_for_update=True, populate_existing=True
    )
    kept.tries += 1
    if right and kept.passed_at is None:
        kept.passed_at = now
    session.flush()


def progress_of(session: Session, group_id: int) -> dict[str, KubeLesson]:
    """Give the lessons that a group has begun."""
    found = session.scalars(select(KubeLesson).where(KubeLesson.group_id == group_id))
    return {one.lesson: one for one in found}
