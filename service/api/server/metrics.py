"""Counters for Prometheus, added up over the API's worker processes."""

import os
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.http.readiness import Readiness

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def share_counts(folder: str) -> None:
    """Keep the counts of this process and of those it forks in `folder`, so that any of them can add up all.

    prometheus_client decides by this variable when it is imported; naming the choice makes the order of imports no
    matter.
    """
    os.environ[_SHARED_FOLDER] = folder
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


_CONFLICTS = "contacts_identity_conflicts"


class Metrics:
    """What this process counts. `readiness` is looked at afresh at each scrape, for the gauges.

    `rejected_conflicts` tells how many conflicts of identity are in the log; those refused at a call are counted here.
    """

    def __init__(self, readiness: Callable[[], Readiness], rejected_conflicts: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._readings = _Readings(readiness)
        self._rejected_conflicts = rejected_conflicts
        self._requests = Counter(
            "contacts_http_requests", "HTTP requests answered", ["route", "method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "contacts_http_request_seconds", "Time to answer", ["route"], registry=self._registry, buckets=_SECONDS
        )
        conflicts = Counter(_CONFLICTS, "Conflicts of identity, by where they showed", ["at"], registry=self._registry)
        self._refused_conflicts = conflicts.labels("call")
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[str, Histogram] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer. `route` is a rule, never a path, which could hold a phone."""
        counter = self._counters.get((route, method, status))
        if counter is None:
            counter = self._counters[route, method, status] = self._requests.labels(route, method, str(status))
        counter.inc()
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = self._seconds.labels(route)
        timer.observe(seconds)

    def conflict(self) -> None:
        """Count a conflict of identity that a caller was told at once."""
        self._refused_conflicts.inc()

    def page(self) -> bytes:
        """The text that Prometheus reads: this process alone, or all workers where they share a folder."""
        counts: Collector = self._registry
        if os.environ.get(_SHARED_FOLDER):
            counts = MultiProcessCollector(CollectorRegistry())  # type: ignore[no-untyped-call]
        gauges = CollectorRegistry()
        gauges.register(self._readings)
        return generate_latest(_WithRejected(counts, self._rejected_conflicts())) + generate_latest(gauges)


class _WithRejected(CollectorRegistry):
    """Counts with those of the log among them."""

    def __init__(self, counts: Collector, rejected_conflicts: int) -> None:
        super().__init__()
        self._counts = counts
        self._rejected = rejected_conflicts

    def collect(self) -> Iterator[Metric]:
        for metric in self._counts.collect():
            if metric.name == _CONFLICTS:
                metric.add_sample(f"{_CONFLICTS}_total", {"at": "append"}, float(self._rejected))
            yield metric


class _Readings(Collector):
    def __init__(self, readiness: Callable[[], Readiness]) -> None:
        self._readiness = readiness

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = self._readiness()
        for name, value in now.lags.items():
            yield GaugeMetricFamily(f"contacts_{name}", name.replace("_", " "), value=value)
        usable = GaugeMetricFamily("contacts_part_usable", "1 where nothing is wrong with a part", labels=["part"])
        for name, fault in now.parts.items():
            usable.add_metric([name], 0.0 if fault else 1.0)
        yield usable
        beats = GaugeMetricFamily("contacts_part_heartbeat_seconds", "Since a part last showed work", labels=["part"])
        for name, seconds in now.beats.items():
            beats.add_metric([name], seconds)
        yield beats
