"""What an approver must have read: every wording of a broadcast, and the templates behind it."""

from collections.abc import Iterable, Sequence

from bot.notices.templates import filled_body
from bot.texts import say
from db.broadcasts import Notice, notices_of
from db.session import Session
from db.wa_templates import bodies_of

MOST_IN_CHAT = 3  # wordings; who gets more reads them on the page


def template_words(session: Session, notices: Sequence[Notice]) -> list[str]:
    """Give what is read on WhatsApp outside the 24 hours, each once.

    Of a template that is not in the catalogue it is a sentence that says so.
    """
    return list(dict.fromkeys(templates_by_notice(session, notices).values()))


def templates_by_notice(session: Session, notices: Sequence[Notice]) -> dict[int, str]:
    """Give what is read on WhatsApp outside the 24 hours by the wording that it stands for."""
    bodies = bodies_of(session, _sids(notices))
    return {
        one.id: filled_body(bodies[one.content_sid], one.content_variables or {})
        if one.content_sid in bodies
        else say("notice.template_unknown", sid=one.content_sid)
        for one in notices
        if one.content_sid is not None
    }


def fits_in_chat(session: Session, broadcast_id: int) -> bool:
    """Say whether a chat can show all that a broadcast says, so that it may be approved there."""
    notices = notices_of(session, broadcast_id)
    return len(notices) <= MOST_IN_CHAT and _sids(notices) <= {*bodies_of(session, _sids(notices))}


def messages_for_approvers(session: Session, broadcast_id: int) -> list[str]:
    """Give all that a broadcast says, each wording and template as a message of its own."""
    notices = notices_of(session, broadcast_id)
    words = [say("notice.to_approve", number=broadcast_id, text=one.text) for one in notices]
    templates = [
        say("notice.to_approve_template", number=broadcast_id, text=text)
        for text in template_words(session, notices)
    ]
    return words + templates


def _sids(notices: Iterable[Notice]) -> set[str]:
    return {one.content_sid for one in notices if one.content_sid is not None}
