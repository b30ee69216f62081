"""Is this message true: judged by rules, noted where nobody knows it yet, and warned of."""

import re
from datetime import datetime

from bot.desk.alerting import page, tell_chats
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice, Media, MediaKind, Reply
from bot.notices import approving
from bot.notices.drafting import Draft, prepare
from bot.notices.refusals import NoticeRefused
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.areas import Scope
from db.audiences import Filters, Topic
from db.broadcasts import Broadcast, Kind, was_warned
from db.hoaxes import GENUINE, HOAX, Hoax, home_of, known, officers_to_alert, report, subject_of
from db.reach import measure
from db.session import Session
from db.wa_templates import USUAL_LANGUAGE, approved_template
from nlu.genuine import Judgement, Verdict, is_bare, judge, tells_call, tells_theft
from nlu.genuine_fingerprint import Fingerprint, fingerprint

_APP_TYPES = frozenset(("application/vnd.android.package-archive", "application/x-apk"))
_APP = "berkas.apk"  # how the rules hear of a program that came without a name
LONGEST_WARNING = 600  # characters of one message (design.md, Wording)


def _message(answer: Answer, _facts: Facts) -> Answers:
    """Take the message that is doubted: its words, or a program for telephones."""
    said = _said(answer.text, answer.media)
    if said:
        return {"message": said}
    raise Refused("genuine.no_picture" if answer.media else "genuine.nothing")


_MONEY = re.compile(r"\b(?:uang|duit|bayar|setor|pungut|biaya)", re.IGNORECASE)

FORM = Form("genuine", (Field("message", _message, free_text=True),))


def is_plainly_asked(turn: Turn) -> bool:
    """Say whether a message is a bare address or a program without a word: that asks by itself."""
    return is_bare(turn.text) or (not turn.text and bool(_said("", turn.inbound.media)))


def handle(turn: Turn) -> None:
    """Judge what the message holds, or ask for the one that is meant."""
    said = _said(turn.text, turn.inbound.media)
    if tells_theft(said):
        turn.reply("genuine.stolen", button("complaint", "choice.complaint"), *_next())
    elif not said or (judge(said).rule == "words" and fingerprint(said) is None):
        turn.open_form(FORM.name)
    else:
        _tell(turn, said)


def finish(turn: Turn, answers: Answers) -> None:
    """Judge the message that was asked for."""
    _tell(turn, answers["message"])


def warning_text(session: Session, hoax: Hoax) -> str:
    """Prepare the warning of a hoax; nobody can press on the address in it."""
    subject = subject_of(session, hoax).replace(".", "[.]")
    kind = say(f"hoax.kind_{hoax.kind}").lower()
    text = say("genuine.warning", kind=kind, subject=subject, answer=hoax.answer or "")
    return text[:LONGEST_WARNING]


def count_warned(session: Session, hoax: Hoax, scope: Scope, now: datetime) -> int:
    """Count whom a warning would reach."""
    template = approved_template(session, Kind.WARNING, USUAL_LANGUAGE)
    whom = _whom(hoax, scope)
    return measure(session, whom, Topic.NEWS, now, template is not None, hoax.id).contacts


def warn_everybody(
    session: Session, hoax: Hoax, text: str, scope: Scope, actor: str, now: datetime
) -> Broadcast:
    """Hand in a warning to all willing contacts of an area; nobody is warned twice.

    It is approved like any other broadcast. Raises NoticeRefused where the office has not called it
    a hoax, or the area was warned before.
    """
    if hoax.state != HOAX:
        raise NoticeRefused("hoax.not_marked")
    whom = _whom(hoax, scope)
    if was_warned(session, hoax.id, whom.areas[0]):
        raise NoticeRefused("hoax.warned_already")
    draft = Draft(Kind.WARNING, whom, {USUAL_LANGUAGE: text[:LONGEST_WARNING]}, hoax_id=hoax.id)
    broadcast = prepare(session, draft, actor, now)
    approving.submit(session, broadcast.id, actor, now, broadcast.version)
    audit.record(session, now, actor, "warn of hoax", f"hoax:{hoax.id}")
    return broadcast


def _whom(hoax: Hoax, scope: Scope) -> Filters:
    return Filters((scope.area_code or hoax.province_code,), everyone=True)


def _said(text: str, media: tuple[Media, ...]) -> str:
    """Give the words of a message, with the name of a program that came along."""
    is_app = any(
        item.kind is MediaKind.DOCUMENT and (item.mime or "").lower() in _APP_TYPES
        for item in media
    )
    return f"{text.strip()}\n{_APP}".strip() if is_app else text.strip()


def _tell(turn: Turn, said: str) -> None:
    judgement, found = judge(said), fingerprint(said)
    hoax = _noted(turn, said, judgement, found) if found is not None else None
    if hoax is not None and hoax.state == HOAX:
        turn.reply("genuine.known_hoax", *_next(), answer=hoax.answer)
    elif judgement.verdict is Verdict.FALSE:
        key = "genuine.false_call" if tells_call(said) else "genuine.false"
        turn.reply(key, *_next(said), why=say(f"genuine.why_{judgement.rule}"))
    elif hoax is not None and hoax.state == GENUINE:
        turn.reply("genuine.known_genuine", *_next(), answer=hoax.answer)
    elif judgement.verdict is Verdict.OFFICIAL:
        turn.reply(f"genuine.{judgement.rule}", *_next())
    else:
        noted = say("genuine.noted" if hoax is not None and _may_keep(turn) else "genuine.ask_us")
        why = say(f"genuine.why_{judgement.rule}")
        turn.reply("genuine.unknown", *_next(said), why=why, noted=noted)


def _next(said: str = "") -> tuple[Choice, ...]:
    """Give what may be done next; whoever asks for money may be reported."""
    always = (button("human", "choice.human"), button("menu", "choice.menu"))
    return (button("complaint", "choice.complaint"), *always) if _MONEY.search(said) else always


def _noted(turn: Turn, said: str, judgement: Judgement, found: Fingerprint) -> Hoax | None:
    """Give what is known of the matter, with this report counted where it may be kept."""
    area = _area(turn)
    if area is None:
        return None
    if not _may_keep(turn) or judgement.verdict is Verdict.OFFICIAL:
        return known(turn.session, area, found)
    hoax = report(turn.session, turn.contact.id, area, said, found, judgement.rule, turn.now)
    _alert(turn, hoax)
    return hoax


def _may_keep(turn: Turn) -> bool:
    return turn.contact.consented or turn.staff is not None


def _area(turn: Turn) -> str | None:
    """Give where the sender lives or works, or the city where that is not known."""
    if turn.staff is not None:
        return turn.staff.area_code
    return home_of(turn.session, turn.contact.person_id) or turn.places.city


def _alert(turn: Turn, hoax: Hoax) -> None:
    """Tell the officers of the area, once, that many ask about the same."""
    officers = officers_to_alert(turn.session, hoax, turn.now)
    if not officers:
        return
    text = say(
        "genuine.alert",
        count=hoax.reports,
        kind=say(f"hoax.kind_{hoax.kind}").lower(),
        page=page(turn.public_url, f"kabar/{hoax.id}"),
    )
    tell_chats(turn.session, officers, Reply(text), turn.now)
