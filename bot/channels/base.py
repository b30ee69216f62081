"""What the dispatcher and the fetcher may expect of every channel."""

from collections.abc import AsyncGenerator
from typing import Protocol

from bot.messages import Channel, Outgoing


class Adapter(Protocol):
    """One channel's sender; built in any thread, then used in one asyncio loop."""

    @property
    def channel(self) -> Channel:
        """The channel that it serves."""

    @property
    def rate(self) -> float:
        """Messages a second that the provider takes from the whole deployment."""

    async def send(self, message: Outgoing) -> str:
        """Hand one message over and return the provider's id, or raise a SendError."""

    async def close(self) -> None:
        """Give back the connections; a second call does nothing."""


class FileSource(Protocol):
    """One channel's files, as its provider keeps them."""

    def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        """Give a file in pieces, from the provider's own host alone; raises a SendError."""


class Way(Adapter, FileSource, Protocol):
    """One channel both ways."""
