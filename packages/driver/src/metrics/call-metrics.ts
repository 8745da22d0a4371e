import type { CallObserver } from '@lustre-csi/core/server';
import { metricCatalogue } from './catalogue.js';
import type { MetricSet } from './metric-set.js';

/** Spelling of a code in Go, which the drivers and sidecars use: `INVALID_ARGUMENT` is InvalidArgument. */
function goCode(code: string): string {
  if (code === 'OK') return code;
  if (code === 'CANCELLED') return 'Canceled';
  return code.toLowerCase().replace(/(?:^|_)(?<letter>[a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Metrics of CSI calls: names and labels are those of csi-lib-utils, so that one dashboard fits all CSI drivers. */
export function callMetrics(set: MetricSet, driverName: string): CallObserver {
  const seconds = set.histogram(metricCatalogue.operations);
  const inFlight = set.gauge(metricCatalogue.callsInFlight);
  return {
    started: (method) => inFlight.inc({ method_name: method }),
    ended: (method, code, took) => {
      inFlight.dec({ method_name: method });
      seconds.observe({ driver_name: driverName, method_name: method, grpc_status_code: goCode(code) }, took);
    },
  };
}
