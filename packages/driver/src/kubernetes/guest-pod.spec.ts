import { expect, it } from 'vitest';
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
