import type { Figures } from './figures.js';
import type { Subject } from './subject.js';
import { cpuOf, memoryOf } from './usage.js';

/** Numbers of calls that are under way at once. */
const CONCURRENCY = [1, 16, 64];

/** Measures the memory of an idle driver, and its start where the benchmark has started it. */
export function measureIdle({ name, pid, startMs, startCpuMs, hasNode }: Subject, figures: Figures): void {
  const side = hasNode ? 'node' : 'controller';
  const { residentBytes, anonymousBytes } = memoryOf(pid);
  const add = (key: string, title: string, unit: string, value: number): void =>
    figures.add(name, { key: `${side}.${key}`, title: `${side}, ${title}`, unit }, value);
  add('resident', 'idle: resident memory', 'MB', residentBytes / 1e6);
  add('anonymous', 'idle: anonymous memory', 'MB', anonymousBytes / 1e6);
  if (startMs !== undefined) add('start', 'start to the first answer', 'ms', startMs);
  if (startCpuMs !== undefined) add('start-cpu', 'CPU from the start to the first answer', 'ms', startCpuMs);
}

/** Measures calls that do nothing: the cost of gRPC, and of what every call passes. */
export async function measureCalls(subject: Subject, figures: Figures, calls: number): Promise<void> {
  const call = (): Promise<unknown> =>
    subject.hasNode
      ? subject.client.node.nodeGetCapabilities({})
      : subject.client.controller.controllerGetCapabilities({});
  for (const concurrency of CONCURRENCY) {
    const began = performance.now();
    const cpu = await cpuOfCalls(subject.pid, call, { calls, concurrency });
    const milliseconds = performance.now() - began;
    const title = `GetCapabilities, ${concurrency} at once`;
    figures.add(
      subject.name,
      { key: `capabilities.cpu.${concurrency}`, title: `${title}: CPU of a call`, unit: 'us' },
      cpu,
    );
    figures.add(
      subject.name,
      { key: `capabilities.time.${concurrency}`, title: `${title}: time of a call`, unit: 'us' },
      (milliseconds * 1000) / (calls + warmUpOf(calls)),
    );
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
