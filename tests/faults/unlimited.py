"""A dispatcher that keeps to no rate, as a process of its own."""

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
    store = open_store(settings)
    dispatcher = Dispatcher(store, adapters(settings), utc_now, random, limit_rates=False)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, dispatcher.stop)
    await dispatcher.run()


if __name__ == "__main__":
    asyncio.run(_run())
