import { ManualClock, RememberedLog, settled } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { OrphanCheck, orphanCheckInterval } from './orphan-check.js';

const flag = (value?: string) => ({ flag: () => value });

describe('orphanCheckInterval', () => {
  it('is none by default', () => {
    expect(orphanCheckInterval(flag())).toBeUndefined();
    expect(orphanCheckInterval(flag('300'))).toBe(300_000);
  });

  it.each(['299', '1h', '', '2147484'])('refuses "%s"', (value) => {
    expect(() => orphanCheckInterval(flag(value))).toThrow(`--orphan-check-interval is "${value}"`);
  });
});

describe('OrphanCheck', () => {
  const orphans = [{ id: 'fs-1' }, { id: 'fs-2' }];

  it('counts at intervals, and warns when the number changes', async () => {
    const clock = new ManualClock();
    const log = new RememberedLog();
    let found = orphans;
    const check = new OrphanCheck({
      ...{ intervalMs: 300_000, clock, log },
      find: async () => found,
      leads: async () => true,
    });
    expect(check.count).toBeUndefined();
    await check.start();
    expect(check.count).toBe(2);
    await clock.next();
    await settled();
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ fileSystems: ['fs-1', 'fs-2'] }]);
    found = [];
    await clock.next();
    await settled();
    expect(check.count).toBe(0);
    check.stop();
    expect(await clock.next()).toBeFalsy();
  });

  it('leaves the check to the replica that leads', async () => {
    let listings = 0;
    const check = new OrphanCheck({
      ...{ intervalMs: 300_000, clock: new ManualClock(), log: new RememberedLog() },
      find: async () => ((listings += 1), orphans),
      leads: async () => false,
    });
    await check.start();
    expect([check.count, listings]).toEqual([undefined, 0]);
  });

  it('keeps the last number, and repeats the check, if the cloud cannot be listed', async () => {
    const clock = new ManualClock();
    const log = new RememberedLog();
    let fails = false;
    const check = new OrphanCheck({
      ...{ intervalMs: 300_000, clock, log },
      find: async () => {
        if (fails) throw new Error('AccessDenied');
        return orphans;
      },
      leads: async () => undefined,
    });
    await check.start();
    fails = true;
    await clock.next();
    await settled();
    expect(check.count).toBe(2);
    expect(log.lines.at(-1)?.fields).toEqual({ why: 'AccessDenied' });
  });
});
