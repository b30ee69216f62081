"""Who may bring a batch into force."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from db.session import Session
from db.staff import Staff

MAY_APPROVE = ("officer", "chief", "admin")


def approvers(session: Session, area_code: str, but: str | None = None) -> Sequence[Staff]:
    """Give who may approve batches of an area, all but one actor."""
    query = select(Staff).where(
        Staff.active,
        Staff.role.in_(MAY_APPROVE),
        or_(
            Staff.area_code == area_code,
            func.substr(area_code, 1, func.length(Staff.area_code) + 1) == Staff.area_code + ".",
        ),
    )
    found = session.scalars(query.order_by(Staff.name, Staff.id))
    return [staff for staff in found if f"staff:{staff.id}" != but]
