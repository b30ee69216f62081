"""WhatsApp by Twilio: the sending of messages."""

from collections.abc import AsyncGenerator

from bot.channels.rendering import numbered
from bot.channels.twilio_client import TwilioClient
from bot.messages import RATES, Channel, Outgoing, PermanentError


class WhatsAppAdapter:
    """Sends free text while a person's 24-hour window is open, and templates outside it."""

    channel = Channel.WHATSAPP

    def __init__(
        self,
        client: TwilioClient,
        from_: str,
        status_callback: str | None,
        rate: float = RATES[Channel.WHATSAPP],
    ) -> None:
        self.rate = rate
        self._client = client
        self._from = from_
        self._status_callback = status_callback

    async def send(self, message: Outgoing) -> str:
        """Send a message, a long one in parts; the id is that of the last part."""
        to = f"whatsapp:{message.address.user}"
        if message.window_open:
            text = numbered(message.reply)
            return await self._client.send_text(to, self._from, self._status_callback, text)
        if message.content_sid is None:
            raise PermanentError("window", "the person last wrote more than 24 hours ago")
        return await self._client.send_template(
            to, self._from, self._status_callback, message.content_sid, message.content_variables
        )

    def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        """Give a file that a person sent, by its MediaUrl."""
        return self._client.fetch(ref)

    async def close(self) -> None:
        """Close the client's connections."""
        await self._client.close()
