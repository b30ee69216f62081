"""Twilio's message API, and its signature on webhooks."""

import base64
import hashlib
import hmac
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from tests.fakes.files import StoredFile, serve
from tests.fakes.loopback import Fault, Loopback, Weather, fair

_ADDRESS = re.compile(r"(whatsapp:)?\+[1-9]\d{5,14}")


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that Twilio took."""

    to: str
    from_: str
    body: str | None
    content_sid: str | None
    content_variables: str | None
    status_callback: str | None
    sid: str


def error(status: int, code: int, message: str = "refused") -> Fault:
    """Refuse as Twilio does."""
    return Fault(status=status, answer=_error(status, code, message))


def sign(auth_token: str, url: str, params: Mapping[str, Sequence[str]]) -> str:
    """Compute X-Twilio-Signature from its description, not with the SDK."""
    signed = url + "".join(
        name + value for name in sorted(params) for value in sorted(set(params[name]))
    )
    return base64.b64encode(
        hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


class FakeTwilio(Loopback[SentMessage]):
    """Takes any account unless one is given; `faults` are used up one by one by messages."""

    def __init__(
        self,
        account: str | None = None,
        token: str | None = None,
        port: int = 0,
        weather: Weather = fair,
    ) -> None:
        super().__init__(port, weather)
        self._account = account
        self._token = token
        self.app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        media = "/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}"
        self.app.router.add_get(media, self._media)
        self.app.router.add_get("/cdn/{media}", self._cdn)
        self.files: dict[str, StoredFile] = {}  # by the SID of the media
        self.cdn: dict[str, StoredFile] = {}  # on Twilio's media host
        self.asked: list[tuple[str, str | None]] = []  # the paths of files, and who asked
        self._numbers = itertools.count(1)

    async def _create(self, request: web.Request) -> web.Response:
        account = request.match_info["account"]
        if not self._is_known(account, request.headers.get("Authorization")):
            return _refuse(401, 20003, "Authenticate")
        form = {name: str(value) for name, value in (await request.post()).items()}
        if refused := _fault_in(form):
            return _refuse(400, *refused)
        sent = SentMessage(
            to=form["To"],
            from_=form["From"],
            body=form.get("Body"),
            content_sid=form.get("ContentSid"),
            content_variables=form.get("ContentVariables"),
            status_callback=form.get("StatusCallback"),
            sid=f"SM{next(self._numbers):032x}",
        )

        def taken() -> web.Response:
            return web.json_response(_resource(account, sent), status=201)

        return await self.answer(request, sent.to, sent, taken)

    async def _media(self, request: web.Request) -> web.StreamResponse:
        login = request.headers.get("Authorization")
        self.asked.append((request.path, login))
        if not self._is_known(request.match_info["account"], login):
            return _refuse(401, 20003, "Authenticate")
        return await self._stored(request, self.files)

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        return await self._stored(request, self.cdn)

    async def _stored(
        self, request: web.Request, files: Mapping[str, StoredFile]
    ) -> web.StreamResponse:
        file = files.get(request.match_info["media"])
        if file is None:
            return _refuse(404, 20404, "The requested resource was not found")
        return await serve(request, file)

    def _is_known(self, account: str, authorization: str | None) -> bool:
        kind, _, login = (authorization or "").partition(" ")
        if kind != "Basic":
            return False
        name, _, password = base64.b64decode(login).decode().partition(":")
        return (
            name == account and self._account in (None, account) and self._token in (None, password)
        )


def _fault_in(form: Mapping[str, str]) -> tuple[int, str] | None:
    if "To" not in form:
        return 21604, "A 'To' phone number is required."
    if not _ADDRESS.fullmatch(form["To"]):
        return 21211, f"Invalid 'To' Phone Number: {form['To'][:8]}XXXX"
    if not _ADDRESS.fullmatch(form.get("From", "")):
        return 21212, f"Invalid From Number (caller ID): {form.get('From')}"
    if not form.get("Body") and not form.get("ContentSid"):
        return 21619, "A text message body or media urls must be specified."
    if len(form.get("Body", "").encode("utf-16-le")) > 2 * 1600:
        return 21617, "The concatenated message body exceeds the 1600 character limit"
    return None


def _resource(account: str, sent: SentMessage) -> dict[str, Any]:
    now = format_datetime(datetime.now(UTC))
    uri = f"/2010-04-01/Accounts/{account}/Messages/{sent.sid}"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": sent.body or "",
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": sent.from_,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": sent.sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sent.to,
        "uri": f"{uri}.json",
    }


def _error(status: int, code: int, message: str) -> dict[str, object]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _refuse(status: int, code: int, message: str) -> web.Response:
    return web.json_response(_error(status, code, message), status=status)
