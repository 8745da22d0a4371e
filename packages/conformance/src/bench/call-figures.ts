import type { Figure, Figures } from './figures.js';
import { measure } from './measure.js';
import type { Subject } from './subject.js';
import { cpuOf, memoryOf } from './usage.js';

/** Numbers of calls that are under way at once. */
const CONCURRENCY = [1, 16, 64];

/** Measures an idle driver: its memory and its program, and its start where the benchmark has started it. */
export async function measureIdle(subject: Subject, figures: Figures): Promise<void> {
  const { pid, startMs, startCpuMs, hasNode, programBytes } = subject;
  const side = hasNode ? 'node' : 'controller';
  const figure = (key: string, title: string, unit: string): Figure => ({
    key: `${side}.${key}`,
    title: `${side}, ${title}`,
    unit,
  });
  const memory = {
    resident: figure('resident', 'idle: resident memory', 'MB'),
    anonymous: figure('anonymous', 'idle: anonymous memory', 'MB'),
  };
  await measure(subject, figures, memory, async () => {
    const { residentBytes, anonymousBytes } = memoryOf(pid);
    return { resident: residentBytes / 1e6, anonymous: anonymousBytes / 1e6 };
  });
  if (hasNode) figures.add(subject.name, programSize, programBytes / 1e6);
  if (startMs === undefined || startCpuMs === undefined) return;
  figures.add(subject.name, startFigure(side), startMs);
  figures.add(subject.name, figure('start-cpu', 'CPU from the start to the first answer', 'ms'), startCpuMs);
}

export const startFigure = (side: 'node' | 'controller'): Figure => ({
  key: `${side}.start`,
  title: `${side}, start to the first answer`,
  unit: 'ms',
});

const programSize: Figure = {
  key: 'program.size',
  title: 'program on the disk, without Node.js',
  unit: 'MB',
};

/** A deadline would cost the server a timer. */
const WITHOUT_DEADLINE = { deadline: Infinity };

/** Measures calls that do nothing: the cost of gRPC, and of what every call passes. */
export async function measureCalls(subject: Subject, figures: Figures, calls: number): Promise<void> {
  const call = (): Promise<unknown> =>
    subject.hasNode
      ? subject.client.node.nodeGetCapabilities({}, WITHOUT_DEADLINE)
      : subject.client.controller.controllerGetCapabilities({}, WITHOUT_DEADLINE);
  for (const concurrency of CONCURRENCY) {
    const title = `GetCapabilities, ${concurrency} at once`;
    const group = {
      cpu: { key: `capabilities.cpu.${concurrency}`, title: `${title}: CPU of a call`, unit: 'us' },
      time: { key: `capabilities.time.${concurrency}`, title: `${title}: time of a call`, unit: 'us' },
    };
    await measure(subject, figures, group, async () => {
      const began = performance.now();
      const cpu = await cpuOfCalls(subject.pid, call, { calls, concurrency });
      const milliseconds = performance.now() - began;
      return { cpu, time: (milliseconds * 1000) / (calls + warmUpOf(calls)) };
    });
  }
}

/** Calls before those that are measured. */
const warmUpOf = (calls: number): number => Math.min(calls, 500);

/** Microseconds of CPU that a call costs its server. */
export async function cpuOfCalls(
  pid: number,
  call: () => Promise<unknown>,
  { calls, concurrency }: { readonly calls: number; readonly concurrency: number },
): Promise<number> {
  await inParallel(call, warmUpOf(calls), concurrency);
  const before = cpuOf(pid);
  await inParallel(call, calls, concurrency);
  return ((cpuOf(pid) - before) * 1000) / calls;
}

/** Runs work so many times, so much of it at once. */
export async function inParallel(
  work: (index: number) => Promise<unknown>,
  times: number,
  concurrency: number,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, times) }, worker));
}
