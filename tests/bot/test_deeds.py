"""Who may do what with a ticket: roles by deeds by states, in one table."""

import pytest

from bot.desk.deeds import Deed, deeds_for
from db.areas import Scope
from db.staff import ROLES
from db.ticket_desk import Sight
from db.ticket_states import By, Decision, State, ways_from
from db.tickets import Ticket, standing_of

ME, OTHER = 1, 2
LEADS = ("chief", "officer", "admin")
FRONT = (*LEADS, "front_office")
ALL = (*FRONT, "back_office")
D, S = Deed, State
LIVE = (S.RECEIVED, S.VERIFIED, S.ASSIGNED, S.IN_PROGRESS, S.REFERRED, S.WAITING, S.REOPENED)
HELD = (S.ASSIGNED, S.IN_PROGRESS, S.REFERRED, S.WAITING)

# For each deed: in which states it can be done, and by whom; "holder" is who holds the ticket.
TABLE: dict[Deed, tuple[tuple[State, ...], tuple[str, ...]]] = {
    D.VERIFY: ((S.RECEIVED,), FRONT),
    D.ASSIGN: ((S.VERIFIED, S.REOPENED), FRONT),
    D.TAKE: ((S.VERIFIED, S.REOPENED), ALL),
    D.WORK: ((S.ASSIGNED, S.REFERRED, S.WAITING, S.REOPENED), (*LEADS, "holder")),
    D.GIVE_BACK: ((S.ASSIGNED, S.IN_PROGRESS), (*LEADS, "holder")),
    D.HAND: (HELD, (*LEADS, "holder")),
    D.SORT: ((*LIVE, S.RESOLVED), FRONT),
    D.ASK: ((S.IN_PROGRESS, S.REFERRED), (*LEADS, "holder")),
    D.ANSWER: ((*LIVE, S.RESOLVED), ALL),
    D.NOTE: (tuple(S), ALL),
    D.REFER: ((S.IN_PROGRESS, S.WAITING), (*LEADS, "holder")),
    D.RESOLVE: ((S.IN_PROGRESS, S.REFERRED, S.WAITING), (*LEADS, "holder")),
    D.REJECT: (LIVE, (*LEADS, "holder")),
}
UNHELD = (S.RECEIVED, S.VERIFIED)  # where the front office may reject too


def ticket(
    state: State, holder: int | None, secrecy: str = "plain", contact: int | None = 7
) -> Ticket:
    return Ticket(
        kind="complaint", category="card", state=state, priority=2, section="kesehatan",
        staff_id=None if state in UNHELD else holder, contact_id=contact, secrecy=secrecy,
        decision=Decision.REJECTED if state is S.REJECTED else None,
    )  # fmt: skip


def sight(role: str) -> Sight:
    return Sight(Scope(None), role, "kesehatan", ME)


@pytest.mark.parametrize("role", ROLES)
def test_deeds_are_those_of_the_table(role: str) -> None:
    for state in State:
        for holder in (ME, OTHER):
            one = ticket(state, holder)
            for deed, (states, who) in TABLE.items():
                holds = one.staff_id == ME and role in ALL
                expected = state in states and (role in who or ("holder" in who and holds))
                if deed is D.REJECT and state in UNHELD:
                    expected = role in FRONT
                assert (deed in deeds_for(sight(role), one)) == expected, (deed, state, holder)


def test_the_table_offers_no_move_that_the_states_forbid() -> None:
    leads = {
        D.VERIFY: S.VERIFIED, D.ASSIGN: S.ASSIGNED, D.TAKE: S.ASSIGNED, D.WORK: S.IN_PROGRESS,
        D.GIVE_BACK: S.VERIFIED, D.ASK: S.WAITING, D.REFER: S.REFERRED, D.RESOLVE: S.RESOLVED,
        D.REJECT: S.REJECTED,
    }  # fmt: skip
    offered = set()
    for state in State:
        one = ticket(state, ME)
        ways = ways_from(standing_of(one), By.DESK)
        moves = {leads[deed] for deed in deeds_for(sight("chief"), one) & leads.keys()}
        assert moves == set(ways), state
        offered |= moves
    assert offered == set(leads.values())


def test_nobody_acts_on_what_he_may_not_read_or_answers_who_has_no_chat() -> None:
    for role in ROLES:
        for state in State:
            hidden = deeds_for(sight(role), ticket(state, OTHER, "confidential"))
            assert bool(hidden) == (role == "chief"), (role, state)
            alone = deeds_for(sight(role), ticket(state, ME, contact=None))
            assert D.ANSWER not in alone
    own = deeds_for(sight("back_office"), ticket(S.IN_PROGRESS, ME, "confidential"))
    assert {D.ASK, D.RESOLVE, D.NOTE} <= own
