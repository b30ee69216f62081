"""What people answer when they are asked whether they got their aid."""

from datetime import datetime

from db.pickups import keep_answer
from db.session import Session


def answer(
    session: Session,
    contact_id: int,
    household_id: int | None,
    distribution_id: int,
    got_it: bool,
    now: datetime,
) -> None:
    """Keep what a contact says about a distribution; a later answer takes the place of it."""
    keep_answer(session, contact_id, household_id, distribution_id, got_it, now)
