"""Outside services on the loopback: they speak the real wire format and fail on request."""

from tests.fakes.loopback import Fault
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio

__all__ = ["FakeTelegram", "FakeTwilio", "Fault"]
