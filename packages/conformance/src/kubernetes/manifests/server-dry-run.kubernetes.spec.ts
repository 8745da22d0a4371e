// What users install, as the API server of a real cluster takes it: admission, defaults and validation, without a change.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Helm, objectsIn, root, type KubernetesObject } from '../../deploy/chart.js';
import { manifestSets } from '../../deploy/manifests.js';
import { valueSets } from '../../deploy/value-sets.js';
import { until } from '../api/kubernetes-api.js';
import { namespaceObject } from '../flows/objects.js';
import { kubectlApply } from '../release/install.js';
import { openCluster } from '../release/suite-cluster.js';
import { foreignDefinitions } from './foreign-definitions.js';

const LIMIT_MS = 60_000;

/** Namespace of the renders, so that they do not meet the objects of the installed releases. */
const NAMESPACE = 'dry-run';
const OPENSHIFT_NAMESPACE = 'lustre-csi';

const cluster = openCluster();
const { api, plan } = cluster;
const helm = new Helm(plan.helm);

beforeAll(async () => {
  await kubectlApply(plan, foreignDefinitions);
  for (const name of [NAMESPACE, OPENSHIFT_NAMESPACE]) await api.apply(namespaceObject(name));
});
afterAll(async () => {
  for (const name of [NAMESPACE, OPENSHIFT_NAMESPACE]) await api.delete('Namespace', name);
  for (const { metadata } of foreignDefinitions) await api.delete('CustomResourceDefinition', metadata.name);
  api.close();
});

/** CSIDriver under another name: fields of an installed one cannot be changed. */
const asNew = (object: KubernetesObject): KubernetesObject =>
  object.kind === 'CSIDriver'
    ? { ...object, metadata: { ...object.metadata, name: `new.${object.metadata.name}` } }
    : object;

/** The definitions are served some moments after they were applied. */
async function accepted(objects: readonly KubernetesObject[]): Promise<void> {
  expect(objects.length).toBeGreaterThan(0);
  await until('the API server takes all objects', 20, async () => {
    await kubectlApply(plan, objects.map(asNew), '--dry-run=server');
    return true;
  });
}

describe('the API server accepts', () => {
  it.each([...valueSets])('the chart with %s', { timeout: LIMIT_MS }, async (name, file) => {
    await accepted(await helm.render({ files: [file], release: `dry-${name}`, namespace: NAMESPACE }));
  });

  it.each(manifestSets)('deploy/kubernetes/$directory', { timeout: LIMIT_MS }, async ({ directory }) => {
    await accepted(objectsIn(readFileSync(`${root}deploy/kubernetes/${directory}/lustre-csi.yaml`, 'utf8')));
  });
});
