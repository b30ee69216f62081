"""Am I registered, for what, and when: identity first, then every programme of the family."""

from datetime import timedelta

from bot.fields import kk4, nik
from bot.forms import Answer, Answers, Field, Form, Refused
from bot.texts import say
from bot.texts.format import (
    given_name,
    local_moment,
    long_date,
    packed,
    plain_date,
    rupiah,
)
from bot.turn import Turn, button
from db import audit
from db.registry import (
    ACTIVE,
    Aid,
    Household,
    Person,
    aid_of_household,
    find_by_nik_and_kk,
    household_of,
    is_nik_of,
    list_of_household,
)
from db.schedules import upcoming

MOST_TRIES = 3
LOCK = timedelta(hours=24)

FORM = Form("identity", (Field("nik", nik), Field("kk4", kk4)))


def handle(turn: Turn) -> None:
    """Show the family's aid to a known sender; ask anybody else who he is.

    Phones are shared: whoever gives a NIK asks for that one, not for the family known so far.
    """
    given = _known_identity(turn)
    person_id = turn.contact.person_id
    if person_id is not None and (not given or _is_own(turn, person_id, given)):
        _show(turn, person_id)
        return
    _ask_who(turn, given)


def other_family(turn: Turn) -> None:
    """Ask for the numbers of another family; until they prove right the known one stays."""
    _ask_who(turn, {})


def _is_own(turn: Turn, person_id: int, given: Answers) -> bool:
    """Say whether somebody gave only the NIK by which the sender is known."""
    return given.keys() == {"nik"} and is_nik_of(turn.session, person_id, given["nik"])


def _ask_who(turn: Turn, given: Answers) -> None:
    if turn.contact.locked_until is not None and turn.contact.locked_until > turn.now:
        turn.reply("identity.locked", until=local_moment(turn.contact.locked_until, turn.zone))
        return
    turn.open_form(FORM.name, given)


def _known_identity(turn: Turn) -> Answers:
    """Read what the message says already, in the same way as the form would."""
    try:
        return nik(Answer(turn.text), {})
    except Refused:
        return {}


def finish(turn: Turn, answers: Answers) -> None:
    """Check the pair that was given; every failure sounds the same, whatever was wrong."""
    first, second = answers["nik"], answers["kk4"]
    person = find_by_nik_and_kk(turn.session, first, second[-4:])
    if person is None and len(second) == len(first):
        # Nothing said which of two long numbers is which: both orders are one try.
        person = find_by_nik_and_kk(turn.session, second, first[-4:])
    if person is None:
        _failed(turn)
        return
    known = turn.contact.person_id
    if known is not None and known != person.id:
        audit.record(turn.session, turn.now, turn.actor, "unlink", f"person:{known}")
        turn.conversation.topic = {}  # it may name the other family's place
    turn.change_contact(person_id=person.id, failed_tries=0, locked_until=None)
    audit.record(turn.session, turn.now, turn.actor, "identify", f"person:{person.id}")
    _show(turn, person.id)


def _failed(turn: Turn) -> None:
    tries = turn.contact.failed_tries + 1
    if tries >= MOST_TRIES:
        until = turn.now + LOCK
        turn.change_contact(failed_tries=0, locked_until=until)
        turn.reply("identity.locked", until=local_moment(until, turn.zone))
        return
    turn.change_contact(failed_tries=tries)
    turn.reply(
        "identity.not_found_last" if tries == MOST_TRIES - 1 else "identity.not_found",
        button("registration", "choice.try_again"),
        button("propose", "choice.propose"),
        button("human", "choice.human"),
    )


def _show(turn: Turn, person_id: int) -> None:
    person = turn.session.get_one(Person, person_id)
    household = household_of(turn.session, person_id)
    aids = aid_of_household(turn.session, household.id)
    audit.record(turn.session, turn.now, turn.actor, "read aid", f"household:{household.id}")
    source = list_of_household(turn.session, household.id)
    opening = say(
        "aid.listed" if aids else "aid.listed_without",
        name=given_name(person.name),
        area=turn.places.name_of(household.area_code),
        list=source.name,
        agency=source.agency,
        as_of=plain_date(source.as_of),
    )
    for text in packed([opening, *(_line(turn, household, aid) for aid in aids)]):
        turn.tell(text)
    if aids:
        turn.reply(
            "aid.next_step",
            button("schedule", "choice.schedule"),
            button("complaint", "choice.complaint"),
            button("other_family", "choice.other_family"),
            button("menu", "choice.menu"),
        )
    else:
        turn.reply(
            "aid.next_step_without",
            button("propose", "choice.propose"),
            button("other_family", "choice.other_family"),
            button("menu", "choice.menu"),
        )


def _line(turn: Turn, household: Household, aid: Aid) -> str:
    """Put one programme in plain words."""
    parts = [
        say(
            f"aid.{aid.status}",
            program=aid.program_name,
            name=given_name(aid.person_name),
            since=plain_date(aid.since),
        )
    ]
    if aid.reason:
        parts.append(say("aid.reason", reason=aid.reason))
    if aid.last_paid_on is not None:
        key = "aid.last_paid" if aid.last_amount is not None else "aid.last_goods"
        parts.append(
            say(
                key,
                amount=rupiah(aid.last_amount or 0),
                day=plain_date(aid.last_paid_on),
                place=aid.last_place,
            )
        )
    if aid.status == ACTIVE:
        parts += _next_payout(turn, household, aid)
    parts.append(
        say("aid.source", agency=aid.agency, list=aid.list_name, as_of=plain_date(aid.as_of))
    )
    return "\n".join(parts)


def _next_payout(turn: Turn, household: Household, aid: Aid) -> list[str]:
    """Tell the next date; nothing where a programme, such as a paid premium, has no payouts."""
    ahead = upcoming(turn.session, turn.today, household.area_code, aid.program_code, limit=1)
    if not ahead:
        return [say("aid.no_next")] if aid.last_paid_on is not None else []
    return [say("aid.next", day=long_date(ahead[0].held_on), place=ahead[0].place)]
