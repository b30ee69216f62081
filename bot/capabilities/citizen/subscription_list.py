"""What somebody asked to hear of: the list of it, and one of it or all taken back."""

from bot.messages import Choice
from bot.notices.topics import change_topics
from bot.opting_lists import ends_list, misses_messages
from bot.texts import say
from bot.turn import Turn, button
from db.contacts import EMERGENCY
from db.subscriptions import Subscribed, subscriptions_of, unsubscribe, unsubscribe_all

_END = "end"
_DANGERS = "!"  # in the place of a programme's code


def handle(turn: Turn) -> None:
    """Tell what somebody wants to hear of, or take one of it or all back."""
    action, _, which = turn.argument.partition(":")
    if action == _END or ends_list(turn.text):
        _end(turn, which)
        return
    on, menu = turn.contact.notices, button("menu", "choice.menu")
    if misses_messages(turn.text):
        schedule = button("schedule", "choice.schedule")
        ways = (schedule, button("human", "choice.human")) if on else (_switch(turn), schedule)
        turn.reply("subscribe.missed" if on else "subscribe.missed_off", *ways, menu)
        return
    found = [
        one
        for one in subscriptions_of(turn.session, turn.contact.id)
        if turn.contact.emergencies or not one.emergencies
    ]
    if not found:
        key = "subscribe.none" if on else "subscribe.none_off"
        turn.reply(key, _switch(turn), menu)
        return
    lines = [f"{at}. {_called(one)}" for at, one in enumerate(found, start=1)]
    ends = [
        Choice(f"subscriptions:{_END}:{_value(one)}", say("subscribe.end_this", number=at))
        for at, one in enumerate(found, start=1)
    ]
    turn.reply(
        "subscribe.list" if on else "subscribe.list_off",
        *(ends if len(ends) > 1 else ()),
        button(f"subscriptions:{_END}", "choice.subscriptions_end"),
        _switch(turn),
        menu,
        lines="\n".join(lines),
    )


def _value(one: Subscribed) -> str:
    """Name a subscription as its button does, which may be pressed late and twice."""
    return f"{_DANGERS if one.emergencies else one.program_code or ''}:{one.area_code}"


def _switch(turn: Turn) -> Choice:
    if turn.contact.notices:
        return button("unsubscribe:all", "choice.unsubscribe_all")
    return button("subscribe", "choice.subscribe")


def _end(turn: Turn, which: str) -> None:
    found = subscriptions_of(turn.session, turn.contact.id)
    one = next((one for one in found if _value(one) == which), None)
    if one is not None:
        unsubscribe(turn.session, turn.contact.id, one)
        others = any(other.emergencies for other in found if other != one)
        if one.emergencies and not others and turn.contact.person_id is None:
            change_topics(turn, off=(EMERGENCY,))
        key = "subscribe.ended_one"
    elif which:
        key = "subscribe.ended_before"
    else:
        ended = unsubscribe_all(turn.session, turn.contact.id)
        key = "subscribe.ended" if ended else "subscribe.none"
        key += "" if turn.contact.notices else "_off"
    turn.reply(
        key,
        button("subscriptions", "choice.subscriptions"),
        _switch(turn),
        button("menu", "choice.menu"),
    )


def _called(one: Subscribed) -> str:
    about = say("subscribe.dangers") if one.emergencies else one.program or say("subscribe.any")
    return say("subscribe.one", program=about, area=one.area)
