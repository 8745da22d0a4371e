// deploy/kubernetes as `kubectl apply -k` reads it, and as the base of an overlay of one's own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { objectsIn, root, type KubernetesObject } from './chart.js';
import { containersOf } from './containers.js';
import { manifestSets } from './manifests.js';

const build = (directory: string): readonly KubernetesObject[] =>
  objectsIn(execFileSync(inject('kustomize'), ['build', directory], { encoding: 'utf8' }));

const byIdentity = (objects: readonly KubernetesObject[]): Readonly<Record<string, KubernetesObject>> =>
  Object.fromEntries(
    objects.map((one) => [`${one.kind}/${one.metadata.namespace ?? ''}/${one.metadata.name}`, one]),
  );

const directoryOf = (set: string): string => join(root, 'deploy/kubernetes', set);
const imageOf = 'ghcr.io/lustre-csi/lustre-csi';

describe.skipIf(!inject('kustomize'))('kustomize', () => {
  it.each(manifestSets)('builds $directory, and changes nothing of it', ({ directory }) => {
    const written = objectsIn(readFileSync(join(directoryOf(directory), 'lustre-csi.yaml'), 'utf8'));
    expect(written.length).toBeGreaterThan(5);
    expect(byIdentity(build(directoryOf(directory)))).toEqual(byIdentity(written));
  });

  describe('an overlay', () => {
    let overlay: string;
    beforeEach(() => {
      overlay = mkdtempSync(join(tmpdir(), 'lustre-csi-overlay-'));
    });
    afterEach(() => rmSync(overlay, { recursive: true }));

    it.each(manifestSets)('of $directory replaces the image and patches workloads', ({ directory }) => {
      const digest = `sha256:${'a'.repeat(64)}`;
      const kustomization = {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [relative(overlay, directoryOf(directory))],
        images: [{ name: imageOf, newName: 'mirror.example.com/lustre-csi', digest }],
        patches: [
          {
            target: { kind: 'DaemonSet' },
            patch: JSON.stringify([
              { op: 'add', path: '/spec/template/spec/nodeSelector/storage', value: 'lustre' },
            ]),
          },
        ],
      };
      writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
      const objects = build(overlay);
      const images = containersOf(objects).map(({ image }) => image);
      expect(images).toContain(`mirror.example.com/lustre-csi@${digest}`);
      expect(images.filter((image) => image.startsWith(imageOf))).toEqual([]);
      const selectors = objects
        .filter(({ kind }) => kind === 'DaemonSet')
        .map((one) => JSON.stringify(one['spec']));
      expect(selectors.length).toBeGreaterThan(0);
      expect(selectors.filter((text) => !text.includes('"storage":"lustre"'))).toEqual([]);
    });
  });
});
