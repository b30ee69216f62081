"""The moment at which the tests take place."""

from datetime import UTC, date, datetime

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10.00 in Baubau
TODAY = date(2026, 11, 22)
