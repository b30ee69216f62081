"""A family's way out of aid: who is on it, and which steps are done."""

from bot.families import is_own, own_families
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import local_day, plain_date
from bot.turn import Turn, button
from db import audit
from db.graduations import (
    DROPPED,
    GRADUATED,
    STEPS,
    UNDER_WAY,
    end_track,
    open_track,
    steps_of,
    take_step,
    track_of,
    under_way,
)

_SHOWN = 8
_LABEL = 24


def handle(turn: Turn) -> None:
    """List the ways, show one (`graduation:ID`), or note what was done (`graduation:ID:STEP`)."""
    if turn.staff is None:
        return
    number, _, deed = turn.argument.partition(":")
    if not number.isdecimal() or len(number) > 18:
        _list(turn)
        return
    household_id = int(number)
    if not is_own(turn, household_id):
        turn.reply("households.not_yours", button("households", "choice.households"))
        return
    if deed:
        _do(turn, household_id, deed)
    _show(turn, household_id)


def _list(turn: Turn) -> None:
    own = own_families(turn)["households"]
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    ids = [str(key) for key in under_way(turn.session, [int(key) for key in own])]
    if not ids:
        turn.reply("graduation.none", button("visit", "choice.visit"))
        return
    turn.reply(
        "graduation.list",
        *(Choice(f"graduation:{key}", own[key][:_LABEL]) for key in ids[:_SHOWN]),
        button("menu", "choice.menu"),
        count=len(ids),
    )


def _do(turn: Turn, household_id: int, deed: str) -> None:
    """Do what a button says; one that does not fit how far the family is does nothing."""
    if deed == "open":
        open_track(turn.session, household_id, turn.actor, turn.now)
        return
    track = track_of(turn.session, household_id)
    if track is None or track.state != UNDER_WAY:
        return
    if deed in STEPS:
        take_step(turn.session, track, deed, turn.actor, turn.now)
    elif deed in (GRADUATED, DROPPED):
        end_track(turn.session, track, deed, turn.actor, turn.now)


def _show(turn: Turn, household_id: int) -> None:
    name = own_families(turn)["households"][str(household_id)]
    audit.record(turn.session, turn.now, turn.actor, "list households", f"household:{household_id}")
    track = track_of(turn.session, household_id)
    if track is None:
        turn.reply(
            "graduation.not_yet",
            button(f"graduation:{household_id}:open", "graduation.open"),
            button("menu", "choice.menu"),
            name=name,
        )
        return
    done = {
        step.kind: plain_date(local_day(step.at, turn.zone))
        for step in steps_of(turn.session, track.id)
    }
    lines = [
        say("graduation.step", step=say(f"graduation.{kind}"),
            done=done.get(kind) or say("graduation.open_step"))
        for kind in STEPS
    ]  # fmt: skip
    ways: list[Choice] = []
    if track.state == UNDER_WAY:
        ways = [
            *(
                button(f"graduation:{household_id}:{kind}", f"graduation.{kind}")
                for kind in STEPS
                if kind not in done
            ),
            button(f"graduation:{household_id}:{GRADUATED}", "graduation.graduated"),
            button(f"graduation:{household_id}:{DROPPED}", "graduation.dropped"),
        ]
    turn.reply(
        "graduation.shown",
        *ways,
        button("menu", "choice.menu"),
        name=name,
        state=say(f"graduation.state_{track.state}"),
        lines="\n".join(lines),
    )
