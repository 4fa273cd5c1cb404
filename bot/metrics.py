"""What the agent counts about itself. Counts go to the database, where those of all processes add up; nothing is
global, so nothing is counted twice."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tallied
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from models.mailbox import Depths
from models.running import Count, Counted

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "pm_deliveries": ("Deliveries at the doors", ("source", "result")),
    "pm_effects": ("Effects carried out; unclear: nobody knows yet, found: known after a look", ("kind", "ending")),
    "pm_cycles": ("Cycles run", ("reason",)),
    "pm_mirror_reads": ("Readings of a vendor for the mirror", ("source", "what")),
    "pm_changes_untold": ("Changes found by reading, told by no webhook", ("source",)),
    "pm_feedback": ("What readers said of messages", ("team", "rule", "said")),
    "pm_model_words_unused": ("Of a model's answers, what was not used", ("purpose", "why")),
    "pm_searches": ("Searches, each way", ("operation", "way", "server", "result")),
    "pm_search_fallbacks": ("Searches passed on", ("operation", "server", "reason")),
    "pm_slack_socket_reconnects": ("Connections to Slack replaced, by why", ("why",)),
    "pm_bells_lost": (
        "Connections lost over which other processes' work is heard; polling finds it meanwhile",
        ("bell",),
    ),
    "pm_redis_failures": ("What Redis was asked for and did not do, by what for", ("purpose",)),
    "pm_leases_reaped": ("Jobs whose worker had vanished, put back in line", ()),
    "pm_firings_late": ("Slots of a schedule fired late, or left out because it was too late", ("schedule",)),
    "pm_approvals_expired": ("Questions that nobody answered in time", ()),
}
"""What only grows: name, words, labels."""

TIMES: Mapping[str, tuple[str, tuple[str, ...], tuple[float, ...]]] = {
    "pm_search_seconds": (
        "How long a search took, by who was asked",
        ("operation", "way", "server"),
        (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
    ),
    "pm_webhook_seconds": (
        "From a delivery's arrival to its 2xx answer, by door",
        ("source",),
        (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
    ),
    "pm_cycle_seconds": (
        "How long a look took, reading and thinking included",
        (),
        (0.25, 0.5, 1, 2, 5, 10, 20, 40, 80),
    ),
}
"""What takes time: name, words, labels, edges in seconds. The edges at 2 s and 20 s are promises."""

SUM, BEYOND = "sum", "+Inf"
"""In place of an edge: milliseconds in all, and what took longer than the last edge."""


class Metrics:
    """Counters and gauges of one process, and what of them no database knows yet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._counters = {name: Counter(name, *spec, registry=self.registry) for name, spec in COUNTERS.items()}
        self._times = {
            name: Histogram(name, words, labels, buckets=edges, registry=self.registry)
            for name, (words, labels, edges) in TIMES.items()
        }
        self._gauges: dict[str, Gauge] = {}
        self._fresh = Tallied[Count]()

    # --- counting ---------------------------------------------------------------------------------------------

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """It happened ``by`` more times; ``name`` is one of ``COUNTERS``."""
        counter = self._counters[name]
        (counter.labels(*labels) if labels else counter).inc(by)
        self._fresh[Count(name, labels)] += by

    def took(self, name: str, seconds: float, *labels: str) -> None:
        """It took so long once; ``name`` is one of ``TIMES``."""
        times = self._times[name]
        (times.labels(*labels) if labels else times).observe(seconds)
        self._fresh[Count(name, (*labels, edge_of(name, seconds)))] += 1
        self._fresh[Count(name, (*labels, SUM))] += round(seconds * 1000)

    def take(self) -> Mapping[Count, int]:
        """What was counted since the last call and stands in no database; the caller writes it, or ``give_back``s."""
        fresh, self._fresh = self._fresh, Tallied()
        return {count: number for count, number in fresh.items() if number}

    def give_back(self, unwritten: Mapping[Count, int]) -> None:
        """What could not be written is for the next time."""
        self._fresh.update(unwritten)

    def delivery(self, source: str, result: str) -> None:
        """One delivery: ``accepted``, ``duplicate``, ``ignored``, ``refused`` or ``unavailable``."""
        self.count("pm_deliveries", source, result)

    def effect(self, kind: str, ending: str) -> None:
        """One effect was carried out, or was not."""
        self.count("pm_effects", kind, ending)

    def unused(self, purpose: str, why: str, count: int = 1) -> None:
        """So much of a model's answer was not let through: words that state a fact of their own, numbers not given."""
        self.count("pm_model_words_unused", purpose, why, by=count)

    def cycle(self, reason: str, seconds: float) -> None:
        """One cycle ran, for this reason, and took so long."""
        self.count("pm_cycles", reason)
        self.took("pm_cycle_seconds", seconds)

    def cycle_failed(self) -> None:
        """One cycle ended in an error: it did not take long, it was not done. It is told beyond the last edge."""
        self._times["pm_cycle_seconds"].observe(float("inf"))
        self._fresh[Count("pm_cycle_seconds", (BEYOND,))] += 1

    def feedback(self, team: str, rule: str, said: str) -> None:
        """A reader said something of a message of that rule."""
        self.count("pm_feedback", team, rule, said)

    def read(self, source: str, what: str) -> None:
        """One reading for the mirror: ``whole``, ``poll``, or ``event`` for what an event or our own write named."""
        self.count("pm_mirror_reads", source, what)

    def untold(self, source: str, count: int) -> None:
        """So many changes came to light that no webhook told."""
        self.count("pm_changes_untold", source, by=count)

    def search(self, operation: str, way: str, server: str, result: str, seconds: float) -> None:
        """One way was asked: ``result`` is ``ok`` or why there was no answer."""
        self.count("pm_searches", operation, way, server, result)
        self.took("pm_search_seconds", seconds, operation, way, server)

    def fallback(self, operation: str, server: str, reason: str) -> None:
        """Somebody else was asked because this server did not answer."""
        self.count("pm_search_fallbacks", operation, server, reason)

    def socket_lost(self, why: str) -> None:
        """One connection to Slack was replaced."""
        self.count("pm_slack_socket_reconnects", why)

    # --- how things stand ---------------------------------------------------------------------------------------

    def gauge(self, name: str, words: str, value: float, **labels: str) -> None:
        """How something stands now; a gauge nobody sets is not told of."""
        known = self._gauges.get(name)
        if known is None:
            known = self._gauges[name] = Gauge(name, words, tuple(labels), registry=self.registry)
        (known.labels(**labels) if labels else known).set(value)

    def forget(self, *names: str) -> None:
        """What these told of may be gone: only what is set anew is told."""
        for name in names:
            if name in self._gauges:
                self._gauges[name].clear()

    def socket(self, connected: bool, quiet: float | None) -> None:
        """How the socket stands now; ``quiet`` seconds since Slack was last heard. Without one nothing is told."""
        self.gauge("pm_slack_socket_connected", "1 while there is a connection to Slack", connected)
        if quiet is not None:
            self.gauge("pm_slack_socket_silent_seconds", "Since Slack was last heard on its socket", quiet)

    def depths(self, depths: Depths) -> None:
        """How things stand in the queue now."""
        for lane in (0, 1, 2):
            self.gauge("pm_jobs_waiting", "Jobs that wait, by lane", depths.waiting.get(lane, 0), lane=str(lane))
        self.gauge("pm_jobs_running", "Jobs being worked", depths.running)
        self.gauge("pm_dead_letters", "Jobs that were given up", depths.dead)
        oldest = max(depths.oldest.values(), default=0.0)
        self.gauge("pm_oldest_waiting_seconds", "How long the oldest due job has waited", oldest)
        self.gauge("pm_deliveries_unseen", "Deliveries no cycle has accounted for", depths.unseen)
        words = "How long the oldest of them has waited"
        self.gauge("pm_oldest_unseen_seconds", words, depths.oldest_unseen)

    # --- telling ------------------------------------------------------------------------------------------------

    def render(self, totals: Mapping[Count, Counted] | None = None) -> bytes:
        """Everything, in Prometheus' text format; with ``totals`` the counts of all processes in place of our own."""
        return generate_latest(self.registry if totals is None else _Shared(self.registry, totals))


class _Shared:
    """As a registry: gauges of this process, counts of all of them."""

    def __init__(self, own: CollectorRegistry, totals: Mapping[Count, Counted]) -> None:
        self._own, self._totals = own, totals

    def collect(self) -> Iterator[Metric]:
        """Family by family."""
        yield from (family for family in self._own.collect() if family.type == "gauge")
        for name, (words, labels) in COUNTERS.items():
            yield self._counter(name, words, labels)
        for name, (words, labels, edges) in TIMES.items():
            yield self._histogram(name, words, labels, edges)

    def _counter(self, name: str, words: str, labels: tuple[str, ...]) -> Metric:
        family = CounterMetricFamily(name, words, labels=labels)
        found = {count.labels: counted.value for count, counted in self._totals.items() if count.name == name}
        for values, number in (found or ({} if labels else {(): 0})).items():
            if len(values) == len(labels):  # what another version has counted otherwise is not told under our labels
                family.add_metric(values, number)
        return family

    def _histogram(self, name: str, words: str, labels: tuple[str, ...], edges: tuple[float, ...]) -> Metric:
        family = HistogramMetricFamily(name, words, labels=labels)
        counts = {count: counted.value for count, counted in self._totals.items() if count.name == name}
        for values in sorted({count.labels[:-1] for count in counts}):
            if len(values) != len(labels):
                continue
            mine = {count.labels[-1]: n for count, n in counts.items() if count.labels[:-1] == values}
            sofar, buckets = 0, list[tuple[str, float]]()
            for edge in (*map(str, map(float, edges)), BEYOND):
                sofar += mine.get(edge, 0)
                buckets.append((edge, sofar))
            family.add_metric(values, buckets, mine.get(SUM, 0) / 1000)
        return family


def edge_of(name: str, seconds: float) -> str:
    """The edge below which that time lies: ``0.5``, or ``+Inf``."""
    edges = TIMES[name][2]
    place = bisect_left(edges, seconds)
    return str(float(edges[place])) if place < len(edges) else BEYOND
