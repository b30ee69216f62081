"""Files that Twilio keeps: from its API, which may point to its own two media hosts.

An address comes from a signed webhook, and is judged nevertheless: it names a file of our account
at Twilio, or it is refused. Only its path is used, below the API's own base.
"""

import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from urllib.parse import SplitResult, urlsplit

import aiohttp

from bot.channels.downloads import Downloads, Redirected
from bot.messages import PermanentError

_API = "https://api.twilio.com"
# Where media lie that need a login, as Twilio demands it (help.twilio.com/articles/223183748);
# the former open bucket at Amazon shares its host with everybody, and is left out.
MEDIA_HOSTS = ("https://mms.twiliocdn.com", "https://media.twiliocdn.com")
_MOST_HOPS = 3
_SID = "[A-Za-z0-9_-]{2,64}"


class TwilioMedia:
    """Fetches files of one account."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str = _API,
        media_hosts: Collection[str] = MEDIA_HOSTS,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._media_hosts = media_hosts
        self._login = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
        self._path = re.compile(
            rf"/2010-04-01/Accounts/{re.escape(account_sid)}/Messages/{_SID}/Media/{_SID}"
        )
        self._downloads = Downloads()

    async def fetch(self, url: str) -> AsyncGenerator[bytes, None]:
        """Give a file in pieces; the login goes to the API alone. Raises a SendError."""
        headers, target = self._login, self._of_api(url)
        for _ in range(1 + _MOST_HOPS):
            try:
                read = self._downloads.read(target, headers, may_redirect=True)
                async with aclosing(read) as pieces:
                    async for piece in pieces:
                        yield piece
            except Redirected as pointed:
                headers, target = {}, self._of_media_host(pointed.target)
            else:
                return
        raise PermanentError("redirected")

    async def close(self) -> None:
        """Close the connections; a second call does nothing."""
        await self._downloads.close()

    def _of_api(self, url: str) -> str:
        parts = _split(url)
        known = _origin(parts) in (_API, self._api_url)
        if not known or parts.query or not self._path.fullmatch(parts.path):
            raise PermanentError("source")
        return self._api_url + parts.path

    def _of_media_host(self, url: str) -> str:
        if _origin(_split(url)) not in self._media_hosts:
            raise PermanentError("redirected")
        return url


def _split(url: str) -> SplitResult:
    # Readers differ on what these mean, and no address of Twilio's has them.
    if not url.isascii() or re.search(r"[\s\\@#\x00-\x20\x7f]", url):
        raise PermanentError("source")
    try:
        return urlsplit(url)
    except ValueError:
        raise PermanentError("source") from None


def _origin(parts: SplitResult) -> str:
    """Give scheme, host and port as they are written; a login in them makes it nobody's."""
    return f"{parts.scheme}://{parts.netloc.lower()}"
