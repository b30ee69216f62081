"""SMS by Twilio: the sending of messages."""

from collections.abc import AsyncGenerator

from bot.channels.rendering import numbered, plain
from bot.channels.twilio_client import TwilioClient
from bot.messages import RATES, Channel, Outgoing


class SmsAdapter:
    """Sends plain text; the default rate is that of one ordinary (long code) number."""

    channel = Channel.SMS

    def __init__(
        self,
        client: TwilioClient,
        from_: str,
        status_callback: str | None,
        rate: float = RATES[Channel.SMS],
    ) -> None:
        self.rate = rate
        self._client = client
        self._from = from_
        self._status_callback = status_callback

    async def send(self, message: Outgoing) -> str:
        """Send a message, a long one in parts; the id is that of the last part."""
        text = plain(numbered(message.reply))
        return await self._client.send_text(
            message.address.user, self._from, self._status_callback, text
        )

    def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        """Give a file that a person sent, by its MediaUrl."""
        return self._client.fetch(ref)

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.close()
