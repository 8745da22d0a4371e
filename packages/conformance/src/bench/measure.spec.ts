// A measurement that fails, a driver that never answers, and a server that is not there yet.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectCsi } from '@lustre-csi/core/client';
import { boundedClient, CALL_MS } from './bounded-client.js';
import { Figures } from './figures.js';
import { failureOf, measure } from './measure.js';
import { untilServed } from './until-served.js';

const subject = { name: 'go', pid: process.pid };
const group = {
  cpu: { key: 'cpu', title: 'CPU', unit: 'ms' },
  time: { key: 'time', title: 'time', unit: 's' },
};

describe('a measurement', () => {
  it('adds the figures that its work gives', async () => {
    const figures = new Figures();
    expect(await measure(subject, figures, group, async () => ({ cpu: 1, time: 2 }))).toBe(true);
    expect([figures.of('go', 'cpu')?.median, figures.of('go', 'time')?.median]).toEqual([1, 2]);
    expect(figures.hasFailed('go')).toBe(false);
  });

  it('puts the error of its work into the place of all its figures', async () => {
    const figures = new Figures();
    const error = Object.assign(new Error('5 NOT_FOUND: none'), { code: 5, details: 'none' });
    expect(await measure(subject, figures, group, () => Promise.reject(error))).toBe(false);
    expect(['cpu', 'time'].map((key) => figures.failure('go', key)?.cell)).toEqual([
      'failed: NOT_FOUND',
      'failed: NOT_FOUND',
    ]);
  });

  it('asks nothing of a driver whose process has ended', async () => {
    const figures = new Figures();
    const work = (): Promise<never> => Promise.reject(new Error('called'));
    await measure({ name: 'go', pid: 2 ** 30 }, figures, group, work);
    expect(figures.failure('go', 'cpu')?.text).toBe('the process of the driver has ended');
  });
});

it.each([
  [
    { code: 12, message: '12 UNIMPLEMENTED: x', details: 'x' },
    { isServed: false, cell: 'not served' },
  ],
  [
    { code: 4, message: '4 DEADLINE_EXCEEDED: x', details: 'x' },
    { cell: 'failed: DEADLINE_EXCEEDED', text: 'x' },
  ],
  [new Error('no\n\trights'), { isServed: true, cell: 'failed: see below', text: 'no rights' }],
  [
    { code: 'ENOENT', message: 'no file' },
    { cell: 'failed: see below', text: 'no file' },
  ],
  ['text', { cell: 'failed: see below', text: 'text' }],
])('the error %j is a cell and a line', (error, failure) => {
  expect(failureOf(error)).toMatchObject(failure);
});

it('a call has a deadline of its own, or one of two minutes', async () => {
  const client = connectCsi('unix:///nonexistent/csi.sock');
  const deadlines: number[] = [];
  const probe = async (
    _: unknown,
    options?: { readonly deadline?: Date | number },
  ): Promise<{ ready: undefined }> => {
    deadlines.push(Math.round((Number(options?.deadline) - Date.now()) / 1000));
    return { ready: undefined };
  };
  const { identity } = boundedClient({ ...client, identity: { ...client.identity, probe } });
  await identity.probe({});
  await identity.probe({}, { deadline: Date.now() + 5_000 });
  expect(deadlines).toEqual([CALL_MS / 1000, 5]);
  client.close();
});

describe('a server that starts', () => {
  const UNAVAILABLE = Object.assign(new Error('connection refused'), { code: 14 });
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is called once its socket exists, until it listens', async () => {
    const socket = join(directory, 'csi.sock');
    let calls = 0;
    const call = async (): Promise<string> => {
      calls += 1;
      if (calls < 3) throw UNAVAILABLE;
      return 'served';
    };
    const served = untilServed(socket, call, 5_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(calls).toBe(0);
    writeFileSync(socket, '');
    expect(await served).toBe('served');
    expect(calls).toBe(3);
  });

  it.each([
    ['is waited for that long only', UNAVAILABLE, 50],
    ['may answer with an error of its own', Object.assign(new Error('not ready'), { code: 9 }), 5_000],
  ])('%s', async (_, error, patienceMs) => {
    writeFileSync(join(directory, 'csi.sock'), '');
    const served = untilServed(join(directory, 'csi.sock'), () => Promise.reject(error), patienceMs);
    await expect(served).rejects.toBe(error);
  });
});
