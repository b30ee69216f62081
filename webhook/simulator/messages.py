"""The JSON routes of the phone: what it sends, and what it asks for."""

import json
import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, jsonify, request, session

from bot.channels import simulator as channel
from bot.cleaning import LARGEST
from bot.engine import Engine
from bot.messages import Malformed
from webhook.simulator import identity
from webhook.simulator.chat import ChatLog, read_cursor

log = logging.getLogger(__name__)

TOKEN_HEADER = "X-Simulator-Token"  # noqa: S105 - the name of a header, not a secret
# A sender's file lies with the provider in every channel; here the demo plays the provider.
_PROVIDER = "sim:"
_LONGEST_NAME = 100
_STORED = re.compile(r"[0-9a-f]{32}")


def add_message_routes(
    blueprint: Blueprint,
    engine: Engine,
    chats: ChatLog,
    clock: Callable[[], datetime],
    folder: Path,
) -> None:
    """Add the routes over which the page talks; the folder takes the files that it sends."""
    _add_files(blueprint, folder)

    @blueprint.get("/messages")
    def read() -> Response:
        """Give what is new in the chat of the chosen person."""
        chosen = identity.current(session)
        if chosen is None:
            return _refusal("session", 403)
        cursor = read_cursor(request.args.get("after", ""))
        news = chats.after(chosen.user, chosen.look, cursor)
        return jsonify({"user": chosen.user, "look": chosen.look.value, **news})

    @blueprint.post("/messages")
    def send() -> Response:
        """Take one message of the chosen person, as a provider's webhook would."""
        # Another site can send neither this type nor this header without asking us first.
        if request.mimetype != "application/json":
            return _refusal("type", 415)
        chosen = identity.current(session)
        if not identity.has_token(request.headers.get(TOKEN_HEADER), chosen) or chosen is None:
            return _refusal("session", 403)
        try:
            payload = json.loads(request.get_data(cache=False))
            if _is_of_another(payload, chosen.user):
                return _refusal("user", 409)
            events = channel.parse(_as_received(payload, chosen.user), clock())
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, Malformed) else type(error).__name__
            log.warning("simulator: malformed message: %s", reason)
            return _refusal("malformed", 400)
        for event in events:
            engine.receive(event)
        return jsonify({"ok": True})


def _add_files(blueprint: Blueprint, folder: Path) -> None:
    @blueprint.post("/files")
    def take() -> Response:
        """Take the bytes of a file as a provider does, before the message that names it."""
        if request.mimetype != "application/octet-stream":
            return _refusal("type", 415)
        chosen = identity.current(session)
        if not identity.has_token(request.headers.get(TOKEN_HEADER), chosen):
            return _refusal("session", 403)
        request.max_content_length = LARGEST
        name = secrets.token_hex(16)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(request.get_data(cache=False))
        return jsonify({"file": name})


def _is_of_another(payload: object, user: str) -> bool:
    """Say whether the page still shows somebody else: the choice was changed in another window."""
    return isinstance(payload, dict) and payload.get("user") not in (None, user)


def _as_received(payload: object, user: str) -> object:
    """Give a page's message as the provider would hand it over."""
    if not isinstance(payload, dict):
        return payload
    received = {**payload, "user": user}
    media = received.get("media")
    if isinstance(media, dict) and isinstance(media.get("name"), str):
        name = media["name"].removeprefix(_PROVIDER)
        # The end of a long name is kept: it says what kind of file it is.
        stored = media.get("file")
        before = f"{stored}-" if isinstance(stored, str) and _STORED.fullmatch(stored) else ""
        received["media"] = {**media, "name": _PROVIDER + before + name[-_LONGEST_NAME:]}
    return received


def _refusal(reason: str, status: int) -> Response:
    response = jsonify({"error": reason})
    response.status_code = status
    return response
