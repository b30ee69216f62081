"""What the dispatcher may expect of every channel."""

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
