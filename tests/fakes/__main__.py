"""A fake as a process of its own: python -m tests.fakes telegram --port 9001."""

import argparse
import signal
import sys

from tests.fakes import FakeTelegram, FakeTwilio


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.fakes")
    parser.add_argument("service", choices=("telegram", "twilio"))
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    # Blocked before the server's thread begins, so that this one alone is told to end.
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    fake = (
        FakeTelegram(port=options.port)
        if options.service == "telegram"
        else FakeTwilio(port=options.port)
    )
    with fake:
        sys.stdout.write(f"{fake.url}\n")
        sys.stdout.flush()
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
