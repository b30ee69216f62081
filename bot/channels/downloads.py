"""The fetching of files over HTTP: no redirect is followed, and no more is read than is wanted."""

from collections.abc import AsyncGenerator, Mapping

import aiohttp
from yarl import URL

from bot.messages import PermanentError, SendError, TemporaryError

_SECONDS = 90.0  # for one file in all; a lease of the fetcher is 180
_CONNECT_SECONDS, _SILENT_SECONDS = 5.0, 15.0
_CONNECTIONS = 4
_PIECE = 65_536
_REDIRECTS = (301, 302, 303, 307, 308)


class Redirected(Exception):
    """The answer names another address."""

    def __init__(self, target: str) -> None:
        super().__init__("redirected")
        self.target = target


class Downloads:
    """A pool of connections that opens with the first file, in the loop which fetches it."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def read(
        self, url: str, headers: Mapping[str, str] | None = None, may_redirect: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """Give a file in pieces; raises a SendError, or Redirected to whoever asks for that."""
        try:
            async with self._open().get(
                URL(url, encoded=True),  # what is signed in it stays as it is
                headers={"Accept-Encoding": "identity", **(headers or {})},
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise _refusal(response, may_redirect)
                async for piece in response.content.iter_chunked(_PIECE):
                    yield piece
        # The address, and with it a token, is in the text of some of these: the kind is kept.
        except TimeoutError:
            raise TemporaryError("network", "not in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise TemporaryError("network", type(error).__name__) from None
        except ValueError:  # an address that cannot be asked
            raise PermanentError("source") from None

    async def close(self) -> None:
        """Close the connections; a second call does nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer could become an endless one
                timeout=aiohttp.ClientTimeout(
                    total=_SECONDS, sock_connect=_CONNECT_SECONDS, sock_read=_SILENT_SECONDS
                ),
            )
        return self._session


def _refusal(response: aiohttp.ClientResponse, may_redirect: bool) -> SendError | Redirected:
    status = response.status
    if status in _REDIRECTS:
        if may_redirect:
            return Redirected(response.headers.get("Location", ""))
        return PermanentError("redirected")
    if status == 404:  # or not there yet: Twilio tells of a file before it can be had
        return TemporaryError("missing")
    if status == 410:
        return PermanentError("gone")
    if status in (401, 403):
        return TemporaryError("credentials", f"HTTP {status}")
    if status == 429:
        pause = response.headers.get("Retry-After", "")
        seconds = float(pause) if pause.isascii() and pause.isdigit() and len(pause) < 6 else None
        return TemporaryError("rate_limited", retry_after=seconds)
    if 400 <= status < 500:
        return PermanentError("source", f"HTTP {status}")
    return TemporaryError("network", f"HTTP {status}")
