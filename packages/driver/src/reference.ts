// For generators of documentation, rules and dashboards. The driver itself loads none of it before it is needed.
export { metricCatalogue, type LabelValues, type MetricDeclaration } from './metrics/catalogue.js';
