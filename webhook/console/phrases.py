"""Phrases that were not understood: officers say what they mean, so that they are learned."""

from flask import Blueprint, flash, render_template, request, url_for
from flask import redirect as lead_to
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db import audit
from db.doubts import PURPOSE, label_doubts, open_doubts, settle_doubts
from nlu.labels import INTENTS
from nlu.learning import NOTHING, UNDECIDED, Unclear, grouped
from nlu.masking import mask
from webhook.console.desk import Desk
from webhook.console.guards import require

ROLES = ("chief", "officer", "admin")
_READ = 1_000  # messages, of which many say the same
_SHOWN = 30
_MOST_IDS = 1_000
_LARGEST_ID = 2**63 - 1


def phrases_pages(_parts: Service) -> Blueprint:
    """Make the routes of what is to be learned."""
    blueprint = Blueprint("phrases", __name__)

    @blueprint.get("/frasa")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show what nobody has labelled yet, masked; the most frequent first."""
        with desk.begin() as session:
            messages = [
                Unclear(one.id, mask(session.vault.open(one.text_sealed, PURPOSE), ()), one.picked)
                for one in open_doubts(session, _READ, labelled=False)
            ]
            waiting = len(open_doubts(session, _READ, labelled=True))
            audit.record(session, desk.now, desk.actor, "suggest", f"doubts:{len(messages)}")
        rows = grouped(messages)
        return render_template(
            "console/phrases.html", rows=rows[:_SHOWN], more=max(len(rows) - _SHOWN, 0),
            waiting=waiting, intents=INTENTS, undecided=UNDECIDED, nothing=NOTHING,
        )  # fmt: skip

    @blueprint.post("/frasa")
    @require(*ROLES)
    def label(desk: Desk) -> Response:
        """Keep what the rows were said to mean; one without a decision stays."""
        decided = 0
        with desk.begin() as session:
            for numbers, intent in zip(
                request.form.getlist("numbers"), request.form.getlist("intent"), strict=False
            ):
                ids = _ids(numbers)
                if intent == NOTHING:
                    settle_doubts(session, ids, desk.now)
                elif intent in INTENTS:
                    label_doubts(session, ids, intent)
                else:
                    continue
                decided += 1
            audit.record(session, desk.now, desk.actor, "label phrases", f"doubts:{decided}")
        flash(say("phrases.kept" if decided else "phrases.none_decided", count=decided))
        return lead_to(url_for("console.phrases.show"), 303)

    return blueprint


def _ids(numbers: str) -> list[int]:
    found = (text for text in numbers.split(",")[:_MOST_IDS] if text.isascii() and text.isdecimal())
    return [number for text in found if (number := int(text[:20])) <= _LARGEST_ID]
