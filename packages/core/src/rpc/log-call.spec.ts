import { describe, expect, it } from 'vitest';
import { pause, systemClock } from '../concurrency/clock.js';
import { DriverError } from '../errors/driver-error.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { Call, Handler } from './call-chain.js';
import { logCall } from './log-call.js';
import { requestsOfCall } from './requests-of-call.js';

const { signal } = new AbortController();

/** Fields of the line of a call. */
async function lineOf(service: string, method: string, request: object, handler: Handler): Promise<object> {
  const log = new RememberedLog();
  const call: Call = { service, method, deadline: Infinity, cancelled: signal, signal, log };
  await logCall(handler)(request, call).catch(() => {});
  const [line, ...more] = log.lines.filter(({ level }) => level !== 'debug');
  expect(more).toEqual([]);
  return line?.fields ?? {};
}

const send = (requestId?: string): void =>
  requestsOfCall.sent(
    'DescribeFileSystems',
    1,
  )({ code: 'OK', ...(requestId === undefined ? {} : { requestId }) });

describe('the line of a call', () => {
  it.each([
    ['CreateVolume', { name: 'pvc-1' }, 'pvc-1'],
    ['DeleteVolume', { volumeId: 'fs-1' }, 'fs-1'],
    ['CreateSnapshot', { name: 's-1', sourceVolumeId: 'fs-1' }, 'fs-1'],
  ])('of %s names the volume of %j', async (method, request, volume) => {
    expect(await lineOf('Controller', method, request, async () => ({}))).toMatchObject({
      rpc: method,
      volume,
      code: 'OK',
      milliseconds: expect.any(Number) as number,
    });
  });

  it('names no volume where there is none', async () => {
    expect(await lineOf('Controller', 'ListVolumes', {}, async () => ({}))).not.toHaveProperty('volume');
  });

  it('has the ids of the last requests to the cloud, and their number', async () => {
    const line = await lineOf('Controller', 'CreateVolume', { name: 'pvc-1' }, async () => {
      send();
      for (let id = 1; id <= 7; id += 1) {
        await pause(systemClock, 1, signal);
        send(`r-${id}`);
      }
      throw new DriverError('unavailable', 'words');
    });
    expect(line).toMatchObject({
      code: 'UNAVAILABLE',
      cloudRequests: 8,
      cloudRequestIds: ['r-3', 'r-4', 'r-5', 'r-6', 'r-7'],
    });
  });

  it('has no requests of another call', async () => {
    const [busy, idle] = await Promise.all([
      lineOf('Controller', 'CreateVolume', { name: 'a' }, async () => void send('r-1')),
      lineOf('Controller', 'CreateVolume', { name: 'b' }, async () => {}),
    ]);
    expect(busy).toHaveProperty('cloudRequestIds', ['r-1']);
    expect(idle).not.toHaveProperty('cloudRequests');
  });
});

it.each([
  ['Node', 'Probe', 'debug'],
  ['Node', 'NodePublishVolume', 'info'],
  ['Controller', 'CreateVolume', 'info'],
] as const)(
  'does not read the request of a %s call (%s) for a line of level %s that is not written',
  async (service, method, level) => {
    const written = { levels: ['warn', 'error'] };
    const log = Object.assign(new RememberedLog(), {
      isLevelEnabled: (asked: string) => written.levels.includes(asked),
    });
    const call: Call = { service, method, deadline: Infinity, cancelled: signal, signal, log };
    let reads = 0;
    const request = Object.defineProperty({}, 'field', { enumerable: true, get: () => (reads += 1) });
    await logCall(async () => ({}))(request, call);
    expect({ reads, lines: log.lines }).toEqual({ reads: 0, lines: [] });
    written.levels.push('info', 'debug');
    await logCall(async () => ({}))(request, call);
    expect(log.lines).toMatchObject([
      { level: 'debug', message: 'call' },
      { level, message: `${method} OK` },
    ]);
    await logCall(() => Promise.reject(new DriverError('unavailable', 'words')))(request, call).catch(
      () => {},
    );
    expect(log.lines.at(-1)?.message).toBe(`${method} UNAVAILABLE`);
  },
);
