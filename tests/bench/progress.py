"""Says on standard error what is being measured, so that no long step is silent."""

import time

import click


class Progress:
    """Writes a line a step, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, what: str) -> None:
        """Tell what begins now."""
        click.echo(f"{time.monotonic() - self._started:6.1f} s  {what} …", err=True)
