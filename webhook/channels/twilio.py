"""Twilio's webhooks: messages by WhatsApp and SMS, and what became of ours."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from bot.channels import twilio
from bot.engine import Engine
from bot.messages import Channel, Event, Ignored, Inbound, Malformed
from bot.settings import TwilioSettings

log = logging.getLogger(__name__)

_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def twilio_webhook(
    engine: Engine, settings: TwilioSettings | None, public_url: str | None
) -> Blueprint:
    """Make the two routes; a form is read only after its signature was found right."""
    blueprint = Blueprint("twilio_webhook", __name__)
    auth_token = settings.auth_token if settings else ""
    answered = _channels_with_a_sender(settings) if settings else frozenset()

    def receive(parse: Callable[[Mapping[str, str]], list[Event]]) -> Response:
        form = request.form
        params = {name: form.getlist(name) for name in form}
        signature = request.headers.get("X-Twilio-Signature")
        if not twilio.verify(auth_token, f"{public_url or ''}{_path()}", params, signature):
            return Response(status=403)
        try:
            events = parse(form)
        except Malformed as error:
            log.warning("twilio webhook: malformed form: %s", error)
            return Response(status=400)
        for event in events:
            if isinstance(event, Inbound) and event.address.channel not in answered:
                event = Ignored(f"{event.address.channel} has no sender to answer from")
            engine.receive(event)
        return Response(_EMPTY_TWIML, mimetype="text/xml")

    @blueprint.post("/webhook/twilio/message")
    def message() -> Response:
        """Take one message."""
        return receive(lambda form: twilio.parse_message(form, datetime.now(UTC)))

    @blueprint.post("/webhook/twilio/status")
    def status() -> Response:
        """Take one delivery receipt."""
        return receive(twilio.parse_status)

    return blueprint


def _channels_with_a_sender(settings: TwilioSettings) -> frozenset[Channel]:
    senders = {Channel.WHATSAPP: settings.whatsapp_from, Channel.SMS: settings.sms_from}
    return frozenset(channel for channel, sender in senders.items() if sender)


def _path() -> str:
    """Give path and query as Twilio saw them behind the public host."""
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path
