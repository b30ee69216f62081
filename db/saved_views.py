"""Choices of tickets that an officer keeps under a name, for himself alone."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from db.desk_tools import SavedView
from db.session import Session

MOST = 20  # views of one officer
LONGEST_NAME = 60


class TooManyViews(Exception):
    """Somebody keeps as many views as there may be; nothing was changed."""


def views_of(session: Session, staff_id: int) -> Sequence[SavedView]:
    """Give somebody's views by their names."""
    query = select(SavedView).where(SavedView.staff_id == staff_id).order_by(SavedView.name)
    return session.scalars(query).all()


def save_view(session: Session, staff_id: int, name: str, query: str) -> None:
    """Keep a view; one of the same name is replaced. Raises TooManyViews."""
    own = SavedView.staff_id == staff_id
    view = session.scalars(
        select(SavedView).where(own, SavedView.name == name).with_for_update()
    ).one_or_none()
    if view is not None:
        view.query = query
        return
    if (session.scalar(select(func.count()).select_from(SavedView).where(own)) or 0) >= MOST:
        raise TooManyViews
    session.add(SavedView(staff_id=staff_id, name=name, query=query))
    session.flush()


def drop_view(session: Session, staff_id: int, view_id: int) -> str | None:
    """Forget a view and give its name; None where it is not this person's."""
    gone = delete(SavedView).where(SavedView.id == view_id, SavedView.staff_id == staff_id)
    name: str | None = session.scalar(gone.returning(SavedView.name))
    return name
