"""Telegram's webhook."""

import json
import logging
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from bot.channels import telegram, telegram_update
from bot.engine import Engine
from bot.messages import Malformed
from bot.settings import TelegramSettings

log = logging.getLogger(__name__)


def telegram_webhook(engine: Engine, settings: TelegramSettings | None) -> Blueprint:
    """Make the route of the webhook; without a secret of ours nothing is let in."""
    blueprint = Blueprint("telegram_webhook", __name__)
    secret = (settings.webhook_secret if settings else None) or ""

    @blueprint.post("/webhook/telegram")
    def receive() -> Response:
        """Take one update."""
        if not telegram.verify(request.headers.get("X-Telegram-Bot-Api-Secret-Token"), secret):
            return Response(status=403)
        try:
            payload = json.loads(request.get_data(cache=False))
            events = telegram_update.parse(payload, datetime.now(UTC))
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, Malformed) else type(error).__name__
            log.warning("telegram webhook: malformed update: %s", reason)
            return Response(status=400)
        for event in events:
            engine.receive(event)
        return Response(status=200)

    return blueprint
