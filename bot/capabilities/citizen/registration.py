"""Am I registered, for what, and when: identity first, then every programme of the family."""

from zoneinfo import ZoneInfo

from bot.aid import show
from bot.fields import kk4, nik
from bot.forms import Answer, Answers, Field, Form, Refused
from bot.identity import failed, link, locked_until
from bot.texts.format import local_moment
from bot.turn import Turn, button
from db.nik_tries import claim_try, give_back_try
from db.registry import Person, find_by_nik_and_kk, is_nik_of

FORM = Form("identity", (Field("nik", nik), Field("kk4", kk4)))


def handle(turn: Turn) -> None:
    """Show the family's aid to a known sender; ask anybody else who he is.

    Phones are shared: whoever gives a NIK asks for that one, not for the family known so far.
    """
    given = _known_identity(turn)
    person_id = turn.contact.person_id
    if person_id is not None and (not given or _is_own(turn, person_id, given)):
        show(turn, person_id)
        return
    _ask_who(turn, given)


def other_family(turn: Turn) -> None:
    """Ask for the numbers of another family; until they prove right the known one stays."""
    _ask_who(turn, {})


def _is_own(turn: Turn, person_id: int, given: Answers) -> bool:
    """Say whether somebody gave only the NIK by which the sender is known."""
    return given.keys() == {"nik"} and is_nik_of(turn.session, person_id, given["nik"])


def _ask_who(turn: Turn, given: Answers) -> None:
    if not _told_of_lock(turn):
        turn.open_form(FORM.name, given)


def _told_of_lock(turn: Turn) -> bool:
    until = locked_until(turn)
    if until is None:
        return False
    turn.reply("identity.locked", until=local_moment(until, turn.zone))
    return True


def _known_identity(turn: Turn) -> Answers:
    """Read what the message says already, in the same way as the form would."""
    try:
        return nik(Answer(turn.text), {})
    except Refused:
        return {}


def finish(turn: Turn, answers: Answers) -> None:
    """Check the pair that was given; every failure sounds the same, whatever was wrong."""
    if _told_of_lock(turn):  # it may have come while the form was open
        return
    person = _proven(turn, answers["nik"], answers["kk4"])
    if person is None:
        _not_proven(turn)
        return
    link(turn, person)
    show(turn, person.id)


def _proven(turn: Turn, first: str, second: str) -> Person | None:
    """Give the person of the numbers, if they may be tried and are right.

    Both is always done, so that a failure takes the same time whatever it was.
    """
    # Nothing said which of two long numbers is which: both may be the NIK.
    numbers = {first, second} if len(second) == len(first) else {first}
    # One day for all: a NIK has no more tries because staff of another zone ask, too.
    day = turn.now.astimezone(ZoneInfo(turn.places.zone)).date()
    allowed = claim_try(turn.session, numbers, day)
    person = find_by_nik_and_kk(turn.session, first, second)
    if person is None or not allowed:
        return None
    give_back_try(turn.session, numbers, day)
    return person


def _not_proven(turn: Turn) -> None:
    left = failed(turn)
    if _told_of_lock(turn):
        return
    turn.reply(
        "identity.not_found_last" if left == 1 else "identity.not_found",
        button("registration", "choice.try_again"),
        button("propose", "choice.propose"),
        button("human", "choice.human"),
    )
