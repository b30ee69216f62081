"""Twilio's SDK, pointed at any server and bound to no event loop before its first request."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.async_http_client import (  # type: ignore[import-untyped]
    AsyncTwilioHttpClient,
)
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.rest.content.v1.content import ContentList  # type: ignore[import-untyped]
from twilio.rest.content.v1.content.approval_create import (  # type: ignore[import-untyped]
    ApprovalCreateList,
)
from yarl import URL

from bot.channels.rendering import split_text
from bot.channels.twilio_errors import refusal
from bot.channels.twilio_media import TwilioMedia
from bot.messages import PermanentError, ProviderTemplate, TemporaryError

_SECONDS = 15.0  # for one request in all; a dispatcher's lease is 30
_CONNECTIONS = 64
_TEXT_LIMIT = 1600
_OFFICIAL = "https://api.twilio.com"
_JSON = "application/json"
_UNSUBMITTED = "unsubmitted"
# Aid that somebody waits for is no advertisement; Meta may sort it otherwise.
_CATEGORY = "UTILITY"


class _HttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Sends every request to one base URL, over a pool that opens with the first of them.

    Twilio itself has a host for each API; another address stands for all of them.
    """

    def __init__(self, api_url: str) -> None:
        # The SDK's own pool would need a running loop here already.
        super().__init__(pool_connections=False)
        self.session: aiohttp.ClientSession | None = None
        self._api_url = api_url.rstrip("/")

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the SDK's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request; a timeout is always given, as the SDK then waits for ever."""
        # aiohttp warns about the way in which the SDK would log in.
        login = {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth is not None else {}
        target = urlsplit(url)
        query = f"?{target.query}" if target.query else ""
        own = f"{target.scheme}://{target.netloc}"
        base = own if self._api_url == _OFFICIAL else self._api_url
        # Not by the SDK's own method, which keeps a copy of each request for its tests.
        async with self._open().request(
            method,
            f"{base}{target.path}{query}",
            params=params,
            data=_encoded(data, headers or {}),
            headers={**(headers or {}), **login},
            timeout=aiohttp.ClientTimeout(total=timeout or _SECONDS),
            allow_redirects=allow_redirects,
        ) as response:
            return Response(response.status, await response.text(), response.headers)

    def _open(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self.session

    async def close(self) -> None:
        """Close the pool; a second call does nothing."""
        session, self.session = self.session, None
        if session is not None:
            await session.close()

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Say nothing: the SDK would write the account and every header, ten lines a message."""

    def log_response(self, status_code: int, response: aiohttp.ClientResponse) -> None:
        """Say nothing, for the same reason."""


class TwilioClient:
    """What is wanted of Twilio: to take a text or a template, and to give a file."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str = _OFFICIAL) -> None:
        self._http = _HttpClient(api_url)
        self._media = TwilioMedia(account_sid, auth_token, api_url)
        self._client = Client(
            account_sid,
            auth_token,
            http_client=self._http,
            environment={"TWILIO_EDGE": ""},  # else the SDK reads the process's own
        )

    async def send_text(self, to: str, from_: str, callback: str | None, text: str) -> str:
        """Send a text, a long one in parts, and return the SID of the last part."""
        sid = ""
        for body in split_text(text, _TEXT_LIMIT):
            sid = await self._create(to=to, from_=from_, status_callback=callback, body=body)
        if not sid:
            raise PermanentError("rejected", "the message is empty")
        return sid

    async def send_template(
        self, to: str, from_: str, callback: str | None, template: str, values: Mapping[str, str]
    ) -> str:
        """Send an approved template with its values and return the message's SID."""
        return await self._create(
            to=to,
            from_=from_,
            status_callback=callback,
            content_sid=template,
            content_variables=json.dumps(values) if values else None,
        )

    def fetch(self, url: str) -> AsyncGenerator[bytes, None]:
        """Give a file in pieces, by the MediaUrl of an inbound message."""
        return self._media.fetch(url)

    async def templates(self) -> list[ProviderTemplate]:
        """Give all templates of the account with what Meta says of them.

        GET /v1/ContentAndApprovals: twilio.com/docs/content/content-api-resources.
        """
        with _translated():
            found = await self._client.content.v1.content_and_approvals.list_async(page_size=500)
            return [_template(one) for one in found]

    async def add_template(
        self, name: str, language: str, body: str, samples: Mapping[str, str]
    ) -> str:
        """Make a template, not submitted yet, and return its SID; reviewers see the samples."""
        request = ContentList.ContentCreateRequest(
            {
                "friendly_name": name,
                "language": language,
                "variables": dict(samples),
                "types": {"twilio/text": {"body": body}},
            }
        )
        with _translated():
            made = await self._client.content.v1.contents.create_async(request)
            return _sid(made.sid)

    async def submit_template(self, sid: str, name: str) -> None:
        """Ask Meta to approve a template of the account."""
        request = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": _CATEGORY})
        with _translated():
            await self._client.content.v1.contents(sid).approval_create.create_async(request)

    async def _create(self, **fields: str | None) -> str:
        with _translated():
            created = await self._client.messages.create_async(
                **{name: value for name, value in fields.items() if value is not None}
            )
            return _sid(created.sid)

    async def close(self) -> None:
        """Close the connections; a second call does nothing."""
        await self._http.close()
        await self._media.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what went wrong as an error of ours; the address is in the text of some of theirs."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        raise refusal(_number(error.status) or 0, _number(error.code)) from None
    except TwilioException as error:
        # Of a list that was refused the SDK keeps the answer alone, behind its own words.
        status = getattr(error.args[-1], "status_code", 0) if error.args else 0
        raise refusal(status, None) from None
    except (aiohttp.ClientError, OSError) as error:
        raise TemporaryError("network", type(error).__name__) from None
    except (ValueError, AttributeError, TypeError):
        raise TemporaryError("network", "an answer that is not Twilio's") from None


def _encoded(data: dict[str, Any] | None, headers: Mapping[str, str]) -> bytes | None:
    if not data:
        return None
    if headers.get("Content-Type") == _JSON:
        return json.dumps(data).encode()
    # As urllib's urlencode, in a sixth of the time: that was a twelfth of a message's.
    return URL.build(query=data).raw_query_string.encode()


def _template(found: Any) -> ProviderTemplate:
    asked = found.approval_requests or {}
    state = asked.get("status") or ""
    return ProviderTemplate(
        sid=_sid(found.sid),
        name=asked.get("name") or found.friendly_name or "",
        language=found.language or "",
        body=next((kind["body"] for kind in (found.types or {}).values() if kind.get("body")), ""),
        state="" if state == _UNSUBMITTED else state,
        reason=asked.get("rejection_reason") or "",
    )


def _sid(value: object) -> str:
    if not isinstance(value, str):
        raise TemporaryError("network", "an answer without a SID")
    return value


def _number(value: object) -> int | None:
    # The SDK takes these from the answer as they are.
    return value if isinstance(value, int) else None
