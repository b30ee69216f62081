"""A dispatcher and nothing else of the service, as a process of its own, at the rates allowed."""

import asyncio
import os
import signal
from pathlib import Path
from random import random

from bot.dispatcher import Dispatcher
from bot.service import adapters, open_store, utc_now
from bot.settings import load_settings


async def _run() -> None:
    settings = load_settings(os.environ, Path.cwd())
    dispatcher = Dispatcher(open_store(settings), adapters(settings), utc_now, random)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, dispatcher.stop)
    await dispatcher.run()


if __name__ == "__main__":
    asyncio.run(_run())
