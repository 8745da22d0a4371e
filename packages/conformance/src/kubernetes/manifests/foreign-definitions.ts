import type { ApiObject } from '../api/resources.js';

/** Kinds of other projects that renders of the chart contain: group, version, kind, plural. */
const foreignKinds: readonly (readonly [group: string, version: string, kind: string, plural: string])[] = [
  ['monitoring.coreos.com', 'v1', 'PodMonitor', 'podmonitors'],
  ['monitoring.coreos.com', 'v1', 'ServiceMonitor', 'servicemonitors'],
  ['monitoring.coreos.com', 'v1', 'PrometheusRule', 'prometheusrules'],
  ['kmm.sigs.x-k8s.io', 'v1beta1', 'Module', 'modules'],
  ['security.openshift.io', 'v1', 'SecurityContextConstraints', 'securitycontextconstraints'],
];

/** Definitions of those kinds without their schemas, so that the API server takes the objects. */
export const foreignDefinitions: readonly ApiObject[] = foreignKinds.map(
  ([group, version, kind, plural]) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: kind === 'SecurityContextConstraints' ? 'Cluster' : 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  }),
);
