"""What is no longer to be sent to somebody, and by which way and in which language what is."""

from bot.notices.languages import LANGUAGES
from bot.notices.topics import change_topics, topic_words, wanted_topics
from bot.opting import Kind, Wish, wish
from bot.opting_language import asks_language, language, refused_language
from bot.opting_phrases import may_want_no_more, refuses_notice, wants_no_nights
from bot.opting_ways import Way, way
from bot.texts import say
from bot.turn import Turn, button
from db.channel_choice import Chosen, choose_channel
from db.contacts import AID, BY_NUMBER, EMERGENCY, TOPICS, Contact
from db.last_notice import follows_notice
from db.pace import is_served
from db.quiet_hours import QUIET_BEGINS, QUIET_ENDS
from db.subscriptions import subscriptions_of, unsubscribe
from db.wa_templates import USUAL_LANGUAGE

SMS = "sms"
_EVERYTHING = Wish(Kind.STOP, off=frozenset(TOPICS), named=True)


def is_unwanted(turn: Turn) -> bool:
    """Say whether messages are to stop, or may be; in an open form only what names them."""
    heard, in_form = _heard(turn), turn.conversation.form is not None
    if heard is not None:
        return heard.named or not in_form
    return not in_form and may_want_no_more(turn.text)


def stop(turn: Turn) -> None:
    """Send no more of what is not wanted, and say what goes on.

    What only the language model takes for such a wish is asked back: it may be its contrary.
    """
    own_words = turn.parse is not None and turn.text == turn.inbound.text.strip()
    if own_words and not turn.argument and _heard(turn) is None:
        turn.reply(
            "optout.which",
            button("unsubscribe:all", "choice.unsubscribe_all"),
            button("human", "choice.human"),
            button("menu", "choice.menu"),
        )
        return
    if not turn.argument and _end_one(turn):
        return
    _end(turn, *_meant(turn))


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
    heard = None if turn.argument else _heard(turn)
    return (heard.off, heard.on) if heard else (frozenset(TOPICS), frozenset())


def _heard(turn: Turn) -> Wish | None:
    """Give the wish for no more; a bare "janganmi" is one right after a notice."""
    heard = wish(turn.text, turn.parse)
    if heard is None and turn.conversation.form is None and refuses_notice(turn.text):
        bare = follows_notice(turn.session, turn.contact.id, turn.now)
        return _EVERYTHING if bare else None
    return heard if heard is not None and heard.kind is Kind.STOP else None


def _end_one(turn: Turn) -> bool:
    """End the subscription that the message names, and nothing else."""
    program, area = turn.entity("program"), turn.entity("area")
    named = [
        one
        for one in (subscriptions_of(turn.session, turn.contact.id) if program or area else ())
        if not one.emergencies
        and (program is None or program == one.program_code)
        and (area is None or area == one.area_code)
    ]
    for one in named:
        unsubscribe(turn.session, turn.contact.id, one)
    if named:
        turn.reply(
            "subscribe.ended_one",
            button("subscriptions", "choice.subscriptions"),
            button("unsubscribe:all", "choice.unsubscribe_all"),
            button("menu", "choice.menu"),
        )
    return bool(named)


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
