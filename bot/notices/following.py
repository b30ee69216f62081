"""What people answer when they are asked whether they got their aid, and how many did."""

from datetime import datetime

from db.pickups import count_answers, count_asked, keep_answer
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


def counts(session: Session, round_id: int) -> dict[str, int]:
    """Count the answers `yes` and `no` about a round, and how many contacts were `asked`."""
    answers = count_answers(session, round_id)
    return {
        "yes": answers.get(True, 0),
        "no": answers.get(False, 0),
        "asked": count_asked(session, round_id),
    }
