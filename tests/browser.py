"""Where a browser for the tests is found: Debian's Chromium, or Playwright's own."""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(playwright: Playwright) -> Path | None:
    """Give the path of a Chromium: the system's, or the one that Playwright installed."""
    for name in _NAMES:
        found = shutil.which(name) or shutil.which(name, path="/usr/bin")
        if found is not None:
            return Path(found)
    own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def main() -> None:
    """Get Playwright's browser where there is none; say in one line if that fails."""
    if _found():
        return
    print("Getting a browser for the browser tests …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    got = subprocess.run(command, capture_output=True, check=False)
    if got.returncode != 0 or not _found():
        print("No Chromium here and none could be had: the browser tests are left out.")


def _found() -> bool:
    with sync_playwright() as playwright:
        return find_chromium(playwright) is not None


if __name__ == "__main__":
    main()
