"""The payloads in tests/fixtures, read as the webhook reads them."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FIXTURES = Path(__file__).parent.parent / "fixtures"
TELEGRAM = sorted(path.stem for path in (FIXTURES / "telegram").glob("*.json"))
TWILIO = sorted(path.stem for path in (FIXTURES / "twilio").glob("*.form"))


def telegram(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((FIXTURES / "telegram" / f"{name}.json").read_text())
    return payload


def twilio(name: str) -> dict[str, str]:
    text = (FIXTURES / "twilio" / f"{name}.form").read_text().strip()
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
