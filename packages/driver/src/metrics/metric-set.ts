import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricDeclaration } from './catalogue.js';

type Of<Type extends MetricDeclaration['type']> = MetricDeclaration & { readonly type: Type };

/** Creates the metrics of declarations. */
export class MetricSet {
  constructor(readonly registry: Registry) {}

  /** @param collect sets the values at each scrape; absent: they are set as they change */
  gauge(declaration: Of<'gauge'>, collect?: (gauge: Gauge) => void | Promise<void>): Gauge {
    return new Gauge({ ...this.#common(declaration), ...collecting(collect) });
  }

  /** @param collect copies the count at each scrape; absent: it is counted as it changes */
  counter(declaration: Of<'counter'>, collect?: (counter: Counter) => void): Counter {
    return new Counter({ ...this.#common(declaration), ...collecting(collect) });
  }

  histogram(declaration: Of<'histogram'>): Histogram {
    return new Histogram({ ...this.#common(declaration), buckets: [...(declaration.buckets ?? [])] });
  }

  #common({ name, help, labels }: MetricDeclaration) {
    return { name, help, labelNames: Object.keys(labels), registers: [this.registry] };
  }
}

const collecting = <Metric>(collect: ((metric: Metric) => void | Promise<void>) | undefined) =>
  collect
    ? {
        collect(this: Metric) {
          return collect(this);
        },
      }
    : {};
