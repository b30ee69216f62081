"""What is no longer to be sent to somebody, and by which way and in which language what is."""

from bot.danger_wishes import hear_of_dangers
from bot.desk.emergencies import hotlines
from bot.notices.languages import LANGUAGES
from bot.notices.topics import change_topics, topic_words, wanted_topics
from bot.opting import (
    Kind,
    Wish,
    may_want_only_dangers,
    may_want_only_schedules,
    wish,
)
from bot.opting_language import asks_language, language, refused_language
from bot.opting_phrases import is_bare_refusal, may_want_no_more, refuses_notice, wants_no_nights
from bot.opting_ways import Way, way
from bot.own_area import own_area
from bot.texts import say
from bot.turn import Turn, button
from db.areas import self_and_above
from db.channel_choice import Chosen, choose_channel
from db.contacts import AID, BY_NUMBER, EMERGENCY, NEWS, TOPICS, Contact
from db.enrolments import programs_of_household
from db.last_notice import follows_notice
from db.pace import is_served
from db.quiet_hours import QUIET_BEGINS, QUIET_ENDS
from db.registry import Program, household_of
from db.subscriptions import subscriptions_of, unsubscribe
from db.wa_templates import USUAL_LANGUAGE

SMS = "sms"
_BUT_DANGERS = "but_emergencies"
_EVERYTHING = Wish(Kind.STOP, off=frozenset(TOPICS), named=True)
_SCHEDULES = Wish(Kind.STOP, off=frozenset((NEWS,)), on=frozenset((AID,)), named=True)


def is_unwanted(turn: Turn) -> bool:
    """Say whether messages are to stop, or may be; in an open form only what names them."""
    heard, in_form = _heard(turn), turn.conversation.form is not None
    if heard is not None:
        return heard.named or not in_form
    if in_form:
        return False
    return may_want_no_more(turn.text) or may_want_only_dangers(turn.text) or _refuses_notice(turn)


def stop(turn: Turn) -> None:
    """Send no more of what is not wanted, and say what goes on.

    What only the language model takes for such a wish is asked back: it may be its contrary.
    """
    own_words = turn.parse is not None and turn.text == turn.inbound.text.strip()
    if own_words and not turn.argument and _heard(turn) is None:
        if may_want_only_dangers(turn.text):
            _ask_if_dangers_alone(turn)
            return
        turn.reply(
            "optout.which",
            button("unsubscribe:all", "choice.unsubscribe_all"),
            button("human", "choice.human"),
            button("menu", "choice.menu"),
        )
        return
    if not turn.argument and _end_named(turn):
        return
    off, on = _meant(turn)
    begins = EMERGENCY in on and not turn.contact.emergencies
    if begins and not turn.contact.consented:
        _end(turn, off)  # of dangers only who agreed is told
        if turn.contact.consent is None:
            turn.conversation.pending = say("choice.dangers_alone")
        return
    _end(turn, off, on)
    if begins:
        hear_of_dangers(turn)


def _end(turn: Turn, off: frozenset[str], on: frozenset[str] = frozenset()) -> None:
    """End some topics, and say what goes on and how they come back."""
    had_emergencies = turn.contact.emergencies
    change_topics(turn, on, off)
    left = wanted_topics(turn)
    every = len(off) == len(TOPICS) and not had_emergencies
    told = [say("optout.off_all") if every else say("optout.off", topics=topic_words(off))]
    choices = []
    if left:
        told.append(say("optout.still", topics=topic_words(left)))
        choices.append(button("unsubscribe:all", "choice.unsubscribe_all"))
    if AID in left and off == {NEWS}:  # "jadwal saja" may have asked for it
        choices.append(button("schedule", "choice.schedule"))
    if AID not in left:
        choices.append(button(f"subscribe:{AID}", "choice.only_aid"))
    only_emergencies = off == {EMERGENCY}
    if had_emergencies and EMERGENCY not in left and not only_emergencies:
        choices.append(button(f"subscribe:{EMERGENCY}", "choice.only_emergencies"))
    told.append(say("optout.back_emergencies" if only_emergencies else "optout.back"))
    turn.tell("\n\n".join(told), *choices, button("menu", "choice.menu"))


def _meant(turn: Turn) -> tuple[frozenset[str], frozenset[str]]:
    """Give the topics that are to end, and those that are to go on in their stead."""
    if turn.argument in TOPICS:
        return frozenset((turn.argument,)), frozenset()
    if turn.argument == _BUT_DANGERS:
        return frozenset((AID, NEWS)), frozenset((EMERGENCY,))
    heard = None if turn.argument else _heard(turn)
    return (heard.off, heard.on) if heard else (frozenset(TOPICS), frozenset())


def _heard(turn: Turn) -> Wish | None:
    """Give the wish for no more; a bare "janganmi" is one right after a notice."""
    heard = wish(turn.text, turn.parse)
    if heard is None and turn.conversation.form is None and refuses_notice(turn.text):
        bare = follows_notice(turn.session, turn.contact.id, turn.now)
        return _EVERYTHING if bare else None
    if heard is None and turn.conversation.form is None and _hears_news(turn):
        return _SCHEDULES if may_want_only_schedules(turn.text) else None
    return heard if heard is not None and heard.kind is Kind.STOP else None


def _hears_news(turn: Turn) -> bool:
    return turn.contact.news and turn.contact.consented


def _refuses_notice(turn: Turn) -> bool:
    """Say whether something is refused right after a notice, and not what: "tidak mau"."""
    return is_bare_refusal(turn.text) and follows_notice(turn.session, turn.contact.id, turn.now)


def _end_named(turn: Turn) -> bool:
    """End what was asked for of the programmes and places that are named, and nothing else."""
    heard = _heard(turn)
    programs, areas = _named(turn, "program"), _named(turn, "area")
    if heard is None or heard.on or not (programs or areas) or not wanted_topics(turn):
        return False
    if heard.off == {EMERGENCY}:
        return bool(areas) and _end_dangers(turn, areas)
    if AID not in heard.off:
        return False
    found = [
        one
        for one in subscriptions_of(turn.session, turn.contact.id)
        if (not programs or one.program_code in programs) and (not areas or one.area_code in areas)
    ]
    ended = [one for one in found if not one.emergencies]
    for one in ended:
        unsubscribe(turn.session, turn.contact.id, one)
    listed = _listed(turn, programs, areas)
    if ended and not listed:
        _tell_one_ended(turn)
    elif ended or EMERGENCY in heard.off:  # everything, in which more than the named would end
        _ask_how_much(turn, bool(ended), listed, bool(found))
    else:
        return False
    return True


def _named(turn: Turn, kind: str) -> set[str]:
    entities = turn.parse.entities if turn.parse else ()
    return {one.value for one in entities if one.entity == kind}


def _end_dangers(turn: Turn, areas: set[str]) -> bool:
    """End dangers in the places that are named; False where nothing is told of but these."""
    found = [one for one in subscriptions_of(turn.session, turn.contact.id) if one.emergencies]
    others = [one for one in found if one.area_code not in areas]
    home = own_area(turn)
    at_home = home is not None and not areas.isdisjoint(self_and_above(home))
    for one in found:
        if one not in others:
            unsubscribe(turn.session, turn.contact.id, one)
    if not others and (home is None or at_home):
        return False
    if len(others) < len(found) and not at_home:
        _tell_one_ended(turn)
        return True
    turn.reply(
        "optout.dangers_together" if at_home else "optout.no_dangers_there",
        button(f"unsubscribe:{EMERGENCY}", "choice.emergencies_end"),
        button("subscriptions", "choice.subscriptions"),
        button("menu", "choice.menu"),
    )
    return True


def _listed(turn: Turn, programs: set[str], areas: set[str]) -> str | None:
    """Name the programmes for which a family is told of schedules as it is in a list."""
    home = own_area(turn)
    if turn.contact.person_id is None or home is None or not turn.contact.notices:
        return None
    if areas and areas.isdisjoint(self_and_above(home)):
        return None
    family = household_of(turn.session, turn.contact.person_id).id
    got = programs_of_household(turn.session, family)
    named = [code for code in got if not programs or code in programs]
    return ", ".join(turn.session.get_one(Program, code).name for code in named) or None


def _tell_one_ended(turn: Turn) -> None:
    turn.reply(
        "subscribe.ended_one",
        button("subscriptions", "choice.subscriptions"),
        button("unsubscribe:all", "choice.unsubscribe_all"),
        button("menu", "choice.menu"),
    )


def _ask_how_much(turn: Turn, ended: bool, listed: str | None, has_dangers: bool) -> None:
    """Ask whether all schedules shall end where those of one programme cannot."""
    key = "optout.only_dangers_there" if has_dangers else "optout.not_asked_for"
    if listed:
        key = "optout.listed_ended" if ended else "optout.listed"
    turn.reply(
        key,
        button(f"unsubscribe:{AID}", "choice.aid_end"),
        button("unsubscribe:all", "choice.unsubscribe_all"),
        button("menu", "choice.menu"),
        program=listed,
    )


def _ask_if_dangers_alone(turn: Turn) -> None:
    """Tell whom to call, for it may be a cry; and offer dangers as all that is told."""
    turn.reply("emergency.maybe", hotlines=hotlines(turn))
    report = ("report", "choice.emergency_report")
    if not turn.contact.consented:
        report = ("call", "choice.emergency_call")
    turn.reply(
        "optout.dangers_alone",
        button(f"emergency:{report[0]}", report[1]),
        button(f"unsubscribe:{_BUT_DANGERS}", "choice.dangers_alone"),
        button("menu", "choice.menu"),
    )


def choose_way(turn: Turn) -> None:
    """Let messages come by WhatsApp alone, or by SMS alone; answers come where one asks.

    Who refuses the way on which he writes, and has no other, gets none any more.
    """
    menu = button("menu", "choice.menu")
    if wants_no_nights(turn.text):
        _tell_hours(turn)
        return
    chosen = way(turn.text, turn.contact.channel)
    if chosen is None or turn.contact.channel not in BY_NUMBER:
        turn.reply("way.elsewhere", menu)
        return
    became = _try_way(turn, chosen)
    if became in (Chosen.TOLD_THERE, Chosen.SILENT):
        silent = "silent_" if became is Chosen.SILENT else ""
        turn.reply(f"way.{silent}{chosen.wanted}", menu)
    elif chosen.only_refuses and chosen.refused == turn.contact.channel:
        _end(turn, frozenset(TOPICS))
    elif became is Chosen.OF_ANOTHER:
        turn.reply("way.of_another", button("human", "choice.human"), menu)
    else:
        unreachable = "unreachable" if became is Chosen.UNREACHABLE else "no"
        turn.reply(f"way.{unreachable}_{chosen.wanted}", menu)


def _tell_hours(turn: Turn) -> None:
    """Say that messages come by day; what comes by night is what he asked for himself."""
    menu = button("menu", "choice.menu")
    hours = {"begin": f"{QUIET_ENDS:%H.%M}", "end": f"{QUIET_BEGINS:%H.%M}"}
    if turn.contact.emergencies:
        dangers = button(f"unsubscribe:{EMERGENCY}", "choice.emergencies_end")
        turn.reply("way.by_day_but_dangers", dangers, menu, **hours)
    else:
        turn.reply("way.by_day", button("unsubscribe:all", "choice.unsubscribe_all"), menu, **hours)


def _try_way(turn: Turn, chosen: Way) -> Chosen:
    if chosen.wanted == SMS and not is_served(turn.session.core, SMS):
        return Chosen.UNKNOWN
    return choose_channel(turn.session, turn.contact.id, chosen.wanted, chosen.refused, turn.now)


def speak(turn: Turn) -> None:
    """Note the language in which notices are to come.

    Who asks for it, or does not know one in which none come, is told in which they do.
    """
    code = turn.argument or language(turn.text) or ""
    languages = [button(f"language:{one}", f"choice.language_{one}") for one in LANGUAGES]
    used = turn.session.get_one(Contact, turn.contact.id).language or USUAL_LANGUAGE
    refused = refused_language(turn.text)
    is_other = refused is not None and code in LANGUAGES and refused != used
    if not turn.argument and (is_other or asks_language(turn.text)):
        name = say(f"choice.language_{used}")
        turn.reply("language.still", *languages, button("menu", "choice.menu"), language=name)
        return
    if code not in LANGUAGES:
        turn.reply("language.which", *languages, button("menu", "choice.menu"))
        return
    turn.change_contact(language=code)
    others = () if code == "id" else (button("language:id", "choice.language_id"),)
    turn.reply(f"language.now_{code}", *others, button("menu", "choice.menu"))
