import { expect } from 'vitest';
import { apiVersionOf } from '../api/resources.js';
import type { Flow } from './flow.js';
import { stay } from './objects.js';

const write = 'echo hello > /data/file';

/** Pods with little right, and pods whose runtime copies volumes. */
export const securityFlows: readonly Flow[] = [
  {
    title: 'a restricted pod in a namespace that admits no other',
    run: async (bench) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await bench.api.patch('Namespace', bench.namespace, { metadata: { labels } });
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await expect(bench.createPod('root', { volume: 'data', script: write })).rejects.toThrow(
        /violates PodSecurity/,
      );
      const securityContext = {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      };
      await bench.run('pod', { volume: 'data', script: write, securityContext });
    },
  },
  {
    title: 'a RuntimeClass that copies volumes, which the driver refuses until it is said to share them',
    needs: ['runtime check'],
    run: async (bench) => {
      const runtimeClassName = await bench.createShared({
        apiVersion: apiVersionOf('RuntimeClass'),
        kind: 'RuntimeClass',
        metadata: { name: 'kata-remote' },
        handler: 'kata-remote',
      });
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', {
        volume: 'data',
        script: `${write}; ${stay}`,
        spec: { runtimeClassName },
      });
      expect(await bench.event('pod', /FailedMount/)).toMatch(
        /handler kata-remote copies volumes into the guest/,
      );
      const annotations = { [`${bench.subject.driver}/volume-mode`]: 'host' };
      await bench.api.patch('RuntimeClass', runtimeClassName, { metadata: { annotations } });
      await bench.running('pod');
    },
  },
];
