import { describe, expect, it } from 'vitest';
import { formatMountSource, parseMountSource } from '../../model/mount-source.js';
import { ManualClock, settled } from '../../testing/manual-clock.js';
import { HostNames } from './host-names.js';

const addresses: Readonly<Record<string, string>> = {
  'srv1.example': '127.0.0.4',
  'srv2.example': '127.0.0.5',
};
const resolve = (name: string): Promise<string> => {
  const address = addresses[name];
  return address === undefined
    ? Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }))
    : Promise.resolve(address);
};

describe('HostNames', () => {
  it.each([
    ['srv1.example@tcp:/lfs/team/x', '127.0.0.4@tcp:/lfs/team/x'],
    ['SRV1.Example@tcp0:/lfs', '127.0.0.4@tcp:/lfs'],
    ['127.0.0.4@tcp0:/lfs/team', '127.0.0.4@tcp:/lfs/team'],
    [
      '10.9.0.1@tcp0,srv1.example@tcp1:srv2.example@tcp:/lfs',
      '10.9.0.1@tcp,127.0.0.4@tcp1:127.0.0.5@tcp:/lfs',
    ],
    ['srv1.example@o2ib0:/lfs', '127.0.0.4@o2ib:/lfs'],
    ['17@gni:/lfs', '17@gni:/lfs'],
  ])('makes %s readable as %s', async (written, expected) => {
    const source = await new HostNames({ resolve }).resolve(parseMountSource(written));
    expect(formatMountSource(source)).toBe(expected);
  });

  it('names the host that does not resolve, in a short message', async () => {
    const names = new HostNames({ resolve });
    await expect(names.resolve(parseMountSource('nohost.invalid@tcp:/lfs'))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /host name nohost\.invalid of the NID .*\(ENOTFOUND\).{0,200}$/,
      ) as string,
    });
  });

  it('waits for a resolver at most 5 s, and blocks two threads with it at most', async () => {
    const clock = new ManualClock();
    const asked: string[] = [];
    const names = new HostNames({ clock, resolve: (name) => (asked.push(name), new Promise(() => {})) });
    const failures = ['a', 'a', 'b', 'c', 'd'].map((name) =>
      names.resolve(parseMountSource(`${name}.example@tcp:/lfs`)).catch((error: unknown) => error),
    );
    await settled();
    expect(asked).toEqual(['a.example', 'b.example']);
    const startedAt = clock.now();
    for (let time = 0; time < failures.length; time += 1) await clock.next();
    expect(clock.now() - startedAt).toBe(5_000);
    for (const failure of await Promise.all(failures)) {
      expect(failure).toMatchObject({ message: expect.stringContaining('no answer within 5 s') as string });
    }
  });
});
