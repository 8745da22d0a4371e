import { readFileSync } from 'node:fs';
import { MemoryCloud, memoryProvider } from '@lustre-csi/core/testing';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../config/config.js';
import { guestRefusal } from './guest-pod.js';

const driver = 'fsx.csi.aws.com';

const handOff = { name: 'hand-off', csi: { driver, volumeAttributes: { handOff: 'true' } } };
const sidecar = {
  name: 'lustre',
  restartPolicy: 'Always',
  startupProbe: { httpGet: { path: '/started', port: 9810 } },
  volumeMounts: [{ name: 'hand-off', mountPath: '/run/lustre-csi/hand-off' }],
};
const app = { name: 'app', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const claim = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };

const pod = (change: object = {}): object => ({
  spec: {
    ...{
      volumes: [claim, handOff, { name: 'tmp', emptyDir: {} }],
      initContainers: [sidecar],
      containers: [app],
    },
    ...change,
  },
});

it('accepts a pod with hand-off, sidecar and probe', () => {
  expect(guestRefusal(pod(), driver)).toBeUndefined();
});

it('accepts a subPath of a volume that is no claim', () => {
  const other = { ...app, volumeMounts: [{ name: 'tmp', mountPath: '/tmp', subPath: 'x' }] };
  expect(guestRefusal(pod({ containers: [other] }), driver)).toBeUndefined();
});

it.each<[string, object, RegExp]>([
  ['no hand-off volume', { volumes: [claim] }, /no inline volume of fsx\.csi\.aws\.com/],
  [
    'the hand-off volume of another driver',
    { volumes: [claim, { ...handOff, csi: { ...handOff.csi, driver: 'other' } }] },
    /no inline volume of fsx/,
  ],
  [
    'an inline volume without the attribute',
    { volumes: [claim, { ...handOff, csi: { driver } }] },
    /no inline volume/,
  ],
  ['no sidecar', { initContainers: [] }, /no init container with restartPolicy: Always/],
  [
    'an init container that ends',
    { initContainers: [{ ...sidecar, restartPolicy: undefined }] },
    /no init container with restartPolicy: Always/,
  ],
  [
    'a sidecar that the other containers do not wait for',
    { initContainers: [{ ...sidecar, startupProbe: undefined }] },
    /init container lustre has no startupProbe/,
  ],
  [
    'a subPath of a claim',
    { containers: [{ ...app, volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'x' }] }] },
    /container app mounts a sub-directory of volume data \(subPath\)/,
  ],
  [
    'a subPathExpr in an init container',
    {
      initContainers: [
        sidecar,
        { name: 'prepare', volumeMounts: [{ name: 'data', mountPath: '/d', subPathExpr: '$(POD)' }] },
      ],
    },
    /container prepare mounts a sub-directory/,
  ],
  ['a pod without a specification', { volumes: undefined, initContainers: undefined }, /no inline volume/],
])('refuses %s', (_, change, words) => {
  expect(guestRefusal(pod(change), driver)).toMatch(words);
});

it('accepts examples/peer-pods, whose container has arguments of the command guest', () => {
  const file = new URL('../../../../examples/peer-pods/deployment.yaml', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const name = 'azurelustre.csi.azure.com';
  const { template } = (parse(text) as { readonly spec: { readonly template: ExamplePod } }).spec;
  expect(guestRefusal(template, name)).toBeUndefined();
  const [container] = template.spec.initContainers;
  const plugin = { ...memoryProvider(new MemoryCloud()), driverName: name };
  const argv = [...(container?.command.slice(1) ?? []), ...(container?.args ?? [])];
  const invocation = readConfig({ name: 'lustre-csi', providers: [plugin] }, { argv, environment: {} });
  expect(invocation).toMatchObject({ kind: 'guest', config: { stateDir: '/run/lustre-csi/state' } });
  const paths = container?.volumeMounts.map(({ mountPath }) => mountPath);
  expect(paths).toEqual(
    expect.arrayContaining(['/run/lustre-csi/hand-off', '/run/lustre-csi/state', '/var/lib/kubelet/pods']),
  );
});

interface ExamplePod {
  readonly spec: {
    readonly initContainers: readonly {
      readonly command: readonly string[];
      readonly args: readonly string[];
      readonly volumeMounts: readonly { readonly mountPath: string }[];
    }[];
  };
}
