import { ManualClock, settled } from '@lustre-csi/core/testing';
import { expect, it } from 'vitest';
import { Leadership, leaseNameOf } from './leadership.js';

/** Lets time pass. */
async function advance(clock: ManualClock, milliseconds: number): Promise<void> {
  clock.after(milliseconds, () => {});
  await clock.next();
}

function leadership(holder: () => string) {
  const clock = new ManualClock();
  const paths: string[] = [];
  const client = {
    get: async (path: string): Promise<unknown> => {
      paths.push(path);
      return { spec: { holderIdentity: holder() } };
    },
  };
  const parts = { client, clock, namespace: 'kube-system', driverName: 'fsx.csi.aws.com', identity: 'pod-1' };
  return { clock, paths, leadership: new Leadership(parts) };
}

it('is known once the Lease was read, in the background', async () => {
  let holder = 'pod-1';
  const { clock, paths, leadership: found } = leadership(() => holder);
  expect(found.leads).toBeUndefined();
  await settled();
  expect(found.leads).toBe(true);
  expect(paths).toEqual(['/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/fsx-csi-aws-com']);
  holder = 'pod-2';
  await advance(clock, 15_000);
  expect(found.leads).toBe(true);
  await settled();
  expect(found.leads).toBe(false);
});

it('is unknown when the Lease cannot be read for a minute', async () => {
  let fails = false;
  const { clock, leadership: found } = leadership(() => {
    if (fails) throw new Error('403');
    return 'pod-1';
  });
  expect(await found.read()).toBe(true);
  fails = true;
  await advance(clock, 59_000);
  expect(await found.read()).toBe(true);
  await advance(clock, 2_000);
  expect(found.leads).toBeUndefined();
});

it('names Leases as the sidecars do', () => {
  expect(leaseNameOf('azurelustre.csi.azure.com')).toBe('azurelustre-csi-azure-com');
});
