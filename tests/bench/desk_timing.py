"""How long each kind of request took, and what went wrong."""

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Timings:
    """Times are kept only while it is on; what goes wrong always."""

    is_on: bool = False
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, seconds: float) -> None:
        """Keep how long one request took."""
        if self.is_on:
            self.taken[kind].append(seconds)

    def fail(self, what: str) -> None:
        """Keep what must not have happened."""
        self.failures[what] += 1

    def of(self, *kinds: str) -> list[float]:
        """Give all times of some kinds."""
        return [one for kind in kinds for one in self.taken.get(kind, ())]


def quantile(taken: list[float], percent: int) -> float:
    """Give a quantile in seconds; of few times it is one of them or between two."""
    if len(taken) < 2:
        return taken[0] if taken else 0.0
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1]
