"""What the agent counts about itself, in one registry of its own: nothing is global, so nothing is counted twice."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from models.mailbox import Depths

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters and gauges of one process; ``render`` is the text that Prometheus scrapes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._deliveries = self._counter("pm_deliveries", "Deliveries at the doors", "source", "result")
        self._effects = self._counter("pm_effects", "Effects carried out", "kind", "ending")
        self._cycles = self._counter("pm_cycles", "Cycles run", "reason")
        self._reads = self._counter("pm_mirror_reads", "Readings of a vendor for the mirror", "source", "what")
        self._untold = self._counter("pm_changes_untold", "Changes found by reading, told by no webhook", "source")
        self._age = self._gauge("pm_mirror_age_seconds", "How old what the mirror says is", "team", "source")
        self._feedback = self._counter("pm_feedback", "What readers said of messages", "team", "rule", "said")
        words = "Of a rule's messages of 30 days, the part their readers had rather not got"
        self._wrong = self._gauge("pm_false_positive_rate", words, "team", "rule")
        words = "Of a model's answers, what was not used"
        self._unused = self._counter("pm_model_words_unused", words, "purpose", "why")
        self._searches = self._counter("pm_searches", "Searches, each way", "operation", "way", "server", "result")
        self._fallbacks = self._counter("pm_search_fallbacks", "Searches passed on", "operation", "server", "reason")
        self._search_seconds = Histogram(
            "pm_search_seconds",
            "How long a search took, by who was asked",
            ("operation", "way", "server"),
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
            registry=self.registry,
        )
        self._socket_lost = self._counter("pm_slack_socket_reconnects", "Connections to Slack replaced, by why", "why")
        self._socket: tuple[Gauge, Gauge] | None = None
        self._waiting = self._gauge("pm_jobs_waiting", "Jobs that wait, by lane", "lane")
        self._running = self._gauge("pm_jobs_running", "Jobs being worked")
        self._dead = self._gauge("pm_dead_letters", "Jobs that were given up")
        self._oldest = self._gauge("pm_oldest_waiting_seconds", "How long the oldest due job has waited")
        self._unseen = self._gauge("pm_deliveries_unseen", "Deliveries no cycle has accounted for")
        self._oldest_unseen = self._gauge("pm_oldest_unseen_seconds", "How long the oldest of them has waited")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(name, words, labels, registry=self.registry)

    def delivery(self, source: str, result: str) -> None:
        """One delivery: ``accepted``, ``duplicate``, ``ignored``, ``refused`` or ``unavailable``."""
        self._deliveries.labels(source, result).inc()

    def effect(self, kind: str, ending: str) -> None:
        """One effect was carried out, or was not."""
        self._effects.labels(kind, ending).inc()

    def unused(self, purpose: str, why: str, count: int = 1) -> None:
        """So much of a model's answer was not let through: words that state a fact of their own, numbers not given."""
        self._unused.labels(purpose, why).inc(count)

    def cycle(self, reason: str) -> None:
        """One cycle ran, for this reason."""
        self._cycles.labels(reason).inc()

    def feedback(self, team: str, rule: str, said: str) -> None:
        """A reader said something of a message of that rule."""
        self._feedback.labels(team, rule, said).inc()

    def false_positives(self, team: str, rule: str, rate: float | None) -> None:
        """How a rule's messages were taken; nothing is told of a rule that sent none."""
        if rate is not None:
            self._wrong.labels(team, rule).set(rate)

    def read(self, source: str, what: str) -> None:
        """One reading for the mirror: ``whole``, ``poll``, or ``event`` for what an event or our own write named."""
        self._reads.labels(source, what).inc()

    def untold(self, source: str, count: int) -> None:
        """So many changes came to light that no webhook told."""
        self._untold.labels(source).inc(count)

    def age(self, team: str, source: str, seconds: float) -> None:
        """How old the mirror of one source is."""
        self._age.labels(team, source).set(seconds)

    def search(self, operation: str, way: str, server: str, result: str, seconds: float) -> None:
        """One way was asked: ``result`` is ``ok`` or why there was no answer."""
        self._searches.labels(operation, way, server, result).inc()
        self._search_seconds.labels(operation, way, server).observe(seconds)

    def fallback(self, operation: str, server: str, reason: str) -> None:
        """Somebody else was asked because this server did not answer."""
        self._fallbacks.labels(operation, server, reason).inc()

    def socket_lost(self, why: str) -> None:
        """One connection to Slack was replaced."""
        self._socket_lost.labels(why).inc()

    def socket(self, connected: bool, quiet: float | None) -> None:
        """How the socket stands now; ``quiet`` seconds since Slack was last heard. Without one nothing is told."""
        if self._socket is None:
            self._socket = (
                self._gauge("pm_slack_socket_connected", "1 while there is a connection to Slack"),
                self._gauge("pm_slack_socket_silent_seconds", "Since Slack was last heard on its socket"),
            )
        self._socket[0].set(connected)
        if quiet is not None:
            self._socket[1].set(quiet)

    def depths(self, depths: Depths) -> None:
        """How things stand in the queue now."""
        for lane in (0, 1, 2):
            self._waiting.labels(str(lane)).set(depths.waiting.get(lane, 0))
        self._running.set(depths.running)
        self._dead.set(depths.dead)
        self._oldest.set(max(depths.oldest.values(), default=0.0))
        self._unseen.set(depths.unseen)
        self._oldest_unseen.set(depths.oldest_unseen)

    def render(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
