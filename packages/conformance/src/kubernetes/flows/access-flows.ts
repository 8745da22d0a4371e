import { expect } from 'vitest';
import type { Flow } from './flow.js';
import { stay } from './objects.js';
import { zoneOfNode } from './subjects.js';

const write = 'echo hello > /data/file';

/** Ways in which pods use a volume. */
export const accessFlows: readonly Flow[] = [
  {
    title: 'dynamic, with times from the claim to a running pod',
    isEssential: true,
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      const began = Date.now();
      await bench.createClaim('data', { storageClassName });
      await bench.bound('data');
      bench.note('claim to Bound', began);
      const scheduled = Date.now();
      await bench.createPod('writer', { volume: 'data', script: `${write}; ${stay}` });
      await bench.running('writer');
      bench.note('pod to Running', scheduled);
      expect(await bench.run('reader', { volume: 'data', script: 'cat /data/file' })).toBe('hello\n');
    },
  },
  {
    title: 'ReadWriteMany from two pods at once',
    isEssential: true,
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('a', {
        volume: 'data',
        script: `echo a > /data/a; until cat /data/b; do sleep 0.2; done`,
      });
      await bench.createPod('b', {
        volume: 'data',
        script: `echo b > /data/b; until cat /data/a; do sleep 0.2; done`,
      });
      expect(await bench.succeeded('a')).toContain('b\n');
      expect(await bench.succeeded('b')).toContain('a\n');
    },
  },
  {
    title: 'ReadOnlyMany, in which no pod can write',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName, accessModes: ['ReadWriteMany', 'ReadOnlyMany'] });
      await bench.run('writer', { volume: 'data', script: write });
      const volume = { persistentVolumeClaim: { claimName: 'data', readOnly: true } };
      const script = 'cat /data/file; (echo more >> /data/file) 2>/dev/null || echo refused';
      expect(await bench.run('reader', { volume, script })).toBe('hello\nrefused\n');
    },
  },
  {
    title: 'ReadWriteOncePod, for which a second pod waits',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName, accessModes: ['ReadWriteOncePod'] });
      await bench.createPod('first', { volume: 'data', script: stay });
      await bench.running('first');
      await bench.createPod('second', { volume: 'data', script: 'true' });
      expect(await bench.event('second', /FailedScheduling/)).toContain('ReadWriteOncePod');
      await bench.deletePods('first');
      await bench.succeeded('second');
    },
  },
  {
    title: 'subPath, which each pod has for itself',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      for (const name of ['a', 'b'])
        await bench.run(name, {
          volume: 'data',
          mount: { subPath: `of-${name}` },
          script: `echo ${name} > /data/file`,
        });
      const output = await bench.run('all', {
        volume: 'data',
        script: 'cat /data/of-a/file /data/of-b/file',
      });
      expect(output).toBe('a\nb\n');
    },
  },
  {
    title: 'a pod that is not root, with fsGroup',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      const spec = {
        securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, runAsNonRoot: true },
      };
      const script = `${write}; stat -c %u /data/file; id -G`;
      expect(await bench.run('user', { volume: 'data', spec, script })).toMatch(/^1000\n.*3000/);
    },
  },
  {
    title: 'generic ephemeral volumes, which end with their pod',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      const { size: storage } = bench.subject;
      const spec = { accessModes: ['ReadWriteMany'], storageClassName, resources: { requests: { storage } } };
      await bench.createPod('pod', {
        volume: { ephemeral: { volumeClaimTemplate: { spec } } },
        script: `${write}; ${stay}`,
      });
      await bench.running('pod');
      const { metadata } = await bench.bound('pod-data');
      await bench.deletePods('pod');
      await bench.gone('PersistentVolume', metadata.name);
    },
  },
  {
    title: 'WaitForFirstConsumer, in the zone of the pod’s node',
    needs: ['topology'],
    run: async (bench) => {
      const storageClassName = await bench.createClass({
        volumeBindingMode: 'WaitForFirstConsumer',
        parameters: { strictTopology: 'true' },
      });
      await bench.createClaim('data', { storageClassName });
      expect((await bench.claimOf('data'))?.status.phase).toBe('Pending');
      await bench.run('pod', { volume: 'data', script: write });
      const { spec } = await bench.bound('data');
      expect(JSON.stringify(spec.nodeAffinity ?? '')).toContain(zoneOfNode);
    },
  },
];
