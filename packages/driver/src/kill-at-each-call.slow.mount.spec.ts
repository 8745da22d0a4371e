// Every operation of the controller, with the driver killed by SIGKILL as the cloud receives its first call, its second,
// and so on to the last; then repeated by another process.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { killRows, type KillRow } from './kill-rows.js';
import { startDriverProcess, type DriverProcess } from './testing/driver-process.js';
import { startEmulatedCloud, type EmulatedCloud } from './testing/emulated-cloud.js';

/** No operation makes more calls than this: if one does, the test says so instead of going on for ever. */
const MOST_CALLS = 60;
/** A request that was on the wire when its sender died may still have its effect. Milliseconds. */
const ON_THE_WIRE_MS = 100;

/** Calls that have an effect. */
const changes = /^(Create|Update|Delete|Tag|Untag)|\.(createOrUpdate|update|delete)$/;

interface Run {
  readonly wasKilled: boolean;
  readonly effects: Readonly<Record<string, number>>;
  readonly end: unknown;
}

/** One run in a cloud of its own: the nth call of the operation is the last of the process that makes it. */
async function runWithKillAt(row: KillRow, nth: number): Promise<Run> {
  const cloud = await startEmulatedCloud({
    durations: { createSeconds: 0.2, deleteSeconds: 0.2, updateSeconds: 0.3 },
  });
  const start = (): Promise<DriverProcess> =>
    startDriverProcess({
      driverName: row.tested.driverName,
      mode: 'controller',
      environment: cloud.environment,
    });
  try {
    const first = await start();
    const given = await row.prepare(first, 'pvc-killed');
    row.faults?.forEach((fault) => cloud.emulator.faults.add(fault));
    cloud.emulator.journal.clear();
    const wasKilled = await killedAt(cloud, first, nth, row.call(first, given));
    const second = await start();
    const answers = [await row.call(second, given), await row.call(second, given)];
    expect(answers[1], 'the answer to the same call').toEqual(answers[0]);
    await second.stop();
    return { wasKilled, effects: effectsIn(cloud, row), end: row.end(cloud, given) };
  } finally {
    await cloud.stop();
  }
}

async function killedAt(
  { emulator }: EmulatedCloud,
  driver: DriverProcess,
  nth: number,
  call: Promise<unknown>,
): Promise<boolean> {
  const killed = new Promise<boolean>((resolve) => {
    emulator.journal.onCall(({ sequence }) => {
      if (sequence !== nth) return;
      process.kill(driver.pid, 'SIGKILL');
      resolve(true);
    });
  });
  const wasKilled = await Promise.race([killed, call.then(() => false)]);
  await call.catch(() => {}); // The connection is gone with the process.
  await driver.kill();
  await delay(ON_THE_WIRE_MS);
  return wasKilled;
}

function effectsIn({ emulator }: EmulatedCloud, { repeatable = [] }: KillRow): Record<string, number> {
  const effects: Record<string, number> = {};
  for (const { operation, status = 0 } of emulator.journal.entries()) {
    // An answer that nobody received any more has status 0; its effect counts.
    if (!changes.test(operation) || repeatable.includes(operation) || status >= 300) continue;
    effects[operation] = (effects[operation] ?? 0) + 1;
  }
  return effects;
}

describe.concurrent('killed at each call', () => {
  it.each(killRows)('$tested.driverName: $what', { timeout: 300_000, retry: 0 }, async (row) => {
    let nth = 1;
    for (; nth <= MOST_CALLS; nth += 1) {
      const { wasKilled, effects, end } = await runWithKillAt(row, nth);
      expect(effects, `effects, killed at call ${nth}`).toEqual(row.effects);
      expect(end, `what is left, killed at call ${nth}`).toEqual(row.ends);
      if (!wasKilled) break;
    }
    // The change itself was among the calls, and the last run was not interrupted at all.
    expect(nth).toBeGreaterThan(2);
    expect(nth).toBeLessThan(MOST_CALLS);
  });
});
