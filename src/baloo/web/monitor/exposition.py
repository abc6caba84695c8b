"""The figures in the text form of Prometheus. Loaded with the first question: the library brings a web server with it."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from baloo.web.monitor.catalogue import METRICS, Metric
from baloo.web.monitor.figures import Sources, Values, figures

__all__ = ["exposition"]


def exposition(sources: Sources) -> bytes:
    """All metrics, and those of the process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector(sources))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Family]:
        """The families, in the order of the catalogue. What is not known now is left out, so that its absence tells."""
        values = dict(figures(self._sources))
        for metric in METRICS:
            if metric.kind == "histogram":
                commits = self._sources.commits
                buckets = [("+Inf" if bound == float("inf") else str(bound), n) for bound, n in commits.steps()]
                yield HistogramMetricFamily(metric.name, metric.help, buckets, commits.seconds)
            elif metric.name in values:
                yield _family(metric, values[metric.name])


def _family(metric: Metric, values: Values) -> Family:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
