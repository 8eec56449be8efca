"""Counters and gauges in Prometheus' text format."""

from __future__ import annotations

import time
from collections import Counter


class Metrics:
    """What happened since the service started; kept in memory."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._counts: Counter[tuple[str, str]] = Counter()
        self.streams = 0

    def count(self, name: str, label: str = "") -> None:
        """Adds one to `rflow_<name>_total`; `label` is 'key="value"'."""
        self._counts[name, label] += 1

    def text(self, parts: dict[str, str]) -> str:
        """Everything, one line each; a part is 1 where it is "ok"."""
        lines = [
            f"rflow_{name}_total{f'{{{label}}}' if label else ''} {n}"
            for (name, label), n in sorted(self._counts.items())
        ]
        lines += [f'rflow_part_ok{{part="{part}"}} {int(state == "ok")}' for part, state in sorted(parts.items())]
        lines += [f"rflow_streams_open {self.streams}", f"rflow_uptime_seconds {time.monotonic() - self._began:.0f}"]
        return "\n".join(lines) + "\n"
