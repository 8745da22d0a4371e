import type { CloudRequests } from '@lustre-csi/core';
import { metricCatalogue } from './catalogue.js';
import type { MetricSet } from './metric-set.js';

/** Metrics of requests to the cloud. */
export function cloudMetrics(set: MetricSet, provider: string): CloudRequests {
  const seconds = set.histogram(metricCatalogue.cloudRequests);
  const throttles = set.counter(metricCatalogue.cloudThrottles);
  const retries = set.counter(metricCatalogue.cloudRetries);
  return {
    sent: (operation, attempt) => {
      const began = performance.now();
      const labels = { provider, operation };
      if (attempt > 1) retries.inc(labels);
      return ({ code, throttled }) => {
        seconds.observe({ ...labels, code }, (performance.now() - began) / 1000);
        throttles.inc(labels, throttled ? 1 : 0);
      };
    },
  };
}
