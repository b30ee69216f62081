"""A Bot API server as far as this service uses one."""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.files import StoredFile, serve
from tests.fakes.loopback import Fault, Loopback, Weather, fair

BOT = {"id": 7000000001, "is_bot": True, "first_name": "Halo Puskesos", "username": "halo_bot"}


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that Telegram took."""

    chat_id: int
    text: str
    reply_markup: dict[str, Any] | None
    params: dict[str, Any]

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Label and data of each button, row after row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [(button["text"], button["callback_data"]) for row in rows for button in row]


def error(status: int, description: str, **parameters: int) -> Fault:
    """Refuse as the Bot API does."""
    return Fault(status=status, answer=_error(status, description, parameters))


def flood(seconds: int) -> Fault:
    """Ask for a pause."""
    return error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class FakeTelegram(Loopback[SentMessage]):
    """Takes any token unless one is given; `faults` are used up one by one by sendMessage."""

    def __init__(self, token: str | None = None, port: int = 0, weather: Weather = fair) -> None:
        super().__init__(port, weather)
        self._token = token
        self.app.router.add_route("*", "/bot{token}/{method}", self._do)
        self._ids = itertools.count(1)
        self._updates: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self.app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self.files: dict[str, StoredFile] = {}  # by file_id, whose path is photos/<file_id>
        self.calls: list[tuple[str, dict[str, Any]]] = []  # all but sendMessage
        self.webhook: dict[str, Any] | None = None
        self.fail_courtesies = False
        self.courtesy_delay = 0.0

    def push(self, *updates: Mapping[str, Any]) -> None:
        """Have updates ready for getUpdates."""
        self._updates.extend(dict(update) for update in updates)
        self.call(self._arrived.set)

    async def _do(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if ":" not in token:
            return _refuse(404, "Not Found")
        if self._token is not None and token != self._token:
            return _refuse(401, "Unauthorized")
        method = request.match_info["method"].lower()  # as the real one does
        params = await _read(request)
        if method == "sendmessage":
            return await self._send_message(request, params)
        self.calls.append((method, params))
        match method:
            case "sendchataction" | "answercallbackquery":
                return await self._be_courteous()
            case "getme":
                return _result(BOT)
            case "setwebhook":
                self.webhook = params
                return _result(True)
            case "deletewebhook":
                self.webhook = None
                return _result(True)
            case "getfile":
                return self._get_file(params)
            case "getupdates":
                return await self._get_updates(params)
        return _refuse(404, "Not Found")

    async def _send_message(self, request: web.Request, params: dict[str, Any]) -> web.Response:
        if refused := _fault_in(params):
            return _refuse(400, f"Bad Request: {refused}")
        sent = SentMessage(
            int(params["chat_id"]), params["text"], params.get("reply_markup"), params
        )
        return await self.answer(
            request, str(sent.chat_id), sent, lambda: _result(self._message(sent))
        )

    async def _be_courteous(self) -> web.Response:
        await asyncio.sleep(self.courtesy_delay)
        if self.fail_courtesies:
            return _refuse(400, "Bad Request: query is too old and response timeout expired")
        return _result(True)

    def _message(self, sent: SentMessage) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": next(self._ids),
            "from": BOT,
            "chat": {"id": sent.chat_id, "first_name": "Siti", "type": "private"},
            "date": int(time.time()),
            "text": sent.text.strip(),
        }
        if sent.reply_markup is not None:
            message["reply_markup"] = sent.reply_markup
        return message

    def _get_file(self, params: dict[str, Any]) -> web.Response:
        file = self.files.get(params.get("file_id", ""))
        if file is None:
            return _refuse(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(file.data) > 20 * 2**20:
            return _refuse(400, "Bad Request: file is too big")
        path = file.path or f"photos/{params['file_id']}"
        return _result({"file_id": params["file_id"], "file_unique_id": "u", "file_path": path})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.files.get(request.match_info["path"].removeprefix("photos/"))
        if file is None or request.match_info["token"] != (self._token or "1:x"):
            return _refuse(404, "Not Found")
        return await serve(request, file)

    async def _get_updates(self, params: dict[str, Any]) -> web.Response:
        if self.webhook is not None:
            return _refuse(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = int(params.get("offset") or 0)
        self._updates = [u for u in self._updates if u.get("update_id", 0) >= offset]
        if not self._updates:
            self._arrived.clear()
            try:
                async with asyncio.timeout(float(params.get("timeout") or 0)):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        return _result(self._updates[:100])


async def _read(request: web.Request) -> dict[str, Any]:
    """Read parameters from the query, a form or JSON; in the first two, objects are JSON texts."""
    if request.content_type == "application/json" and request.can_read_body:
        return dict(await request.json())
    params: dict[str, Any] = {**request.query, **await request.post()}
    for name in ("reply_markup", "link_preview_options", "allowed_updates"):
        if isinstance(params.get(name), str):
            params[name] = json.loads(params[name])
    return params


def _fault_in(params: Mapping[str, Any]) -> str | None:
    text = params.get("text") or ""
    if not str(params.get("chat_id", "")).lstrip("-").isdigit():
        return "chat not found"
    if not text.strip():
        return "message text is empty"
    if len(text.encode("utf-16-le")) > 2 * 4096:
        return "message is too long"
    for row in (params.get("reply_markup") or {}).get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                return "BUTTON_DATA_INVALID"
    return None


def _error(status: int, description: str, parameters: Mapping[str, int]) -> dict[str, object]:
    answer: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return answer | ({"parameters": dict(parameters)} if parameters else {})


def _refuse(status: int, description: str) -> web.Response:
    return web.json_response(_error(status, description, {}), status=status)


def _result(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})
