import { describe, expect, it } from 'vitest';
import { parseMountSource } from '../model/mount-source.js';
import { LnetInterfaces } from './lnet-interfaces.js';

const source = parseMountSource('10.0.2.8@tcp:/lustrefs');
const lnet = { key: 'lustreSubnetCidr', subnet: '10.0.2.0/24' };
const signal = new AbortController().signal;

/** Interfaces on a node whose `lctl list_nids` ends like this. */
const interfaces = (stdout: string, exitCode = 0): LnetInterfaces =>
  new LnetInterfaces({
    run: async () => ({ pid: 1, signal: null, exitCode, stdout, stderr: '' }),
  });

describe('LnetInterfaces', () => {
  it.each([
    ['an address in the subnet', '10.0.2.77@tcp\n'],
    ['one of several addresses', '10.9.0.2@tcp\n10.0.2.77@tcp0\n'],
    ['no network yet', '0@lo\n'],
    ['another network alone', '10.9.0.2@o2ib\n'],
  ])('passes with %s', async (_, nids) => {
    await expect(interfaces(nids).beforePublish({ source, lnet }, signal)).resolves.toBeUndefined();
  });

  it('passes where lctl fails, or is not installed', async () => {
    await interfaces('10.9.0.2@tcp', 2).beforePublish({ source, lnet }, signal);
    const missing = new LnetInterfaces({ run: () => Promise.reject(new Error('ENOENT')) });
    await expect(missing.beforePublish({ source, lnet }, signal)).resolves.toBeUndefined();
  });

  it('refuses addresses outside the subnet, and names both', async () => {
    const refused = interfaces('10.9.0.2@tcp\n').beforePublish({ source, lnet }, signal);
    await expect(refused).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringMatching(
        /uses 10\.9\.0\.2 on tcp.*lustreSubnetCidr 10\.0\.2\.0\/24.*lnetctl net add/,
      ) as string,
    });
  });

  it('asks nothing for a volume without a requirement', async () => {
    const never = new LnetInterfaces({ run: () => Promise.reject(new Error('called')) });
    await expect(never.beforePublish({ source }, signal)).resolves.toBeUndefined();
  });
});
