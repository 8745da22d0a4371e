import { measureCalls, measureIdle, startFigure } from './call-figures.js';
import { measureController, type ControllerSizes } from './controller-figures.js';
import { EmulatedApi } from './emulated-api.js';
import { Figures } from './figures.js';
import { limitFigures, measureLimits } from './limits.js';
import { failureOf } from './measure.js';
import { measureNode, type NodeSizes } from './node-figures.js';
import type { BenchOptions } from './options.js';
import { connectSubject, OURS, startOurs, type Subject } from './subject.js';

/** Name under which the limits of the machine stand in the table. */
export const MACHINE = 'machine';

/** File systems that the emulated accounts may have: more than the largest size. */
const ACCOUNT_QUOTA = 5_000;

interface Sizes {
  readonly controller: ControllerSizes;
  readonly node: NodeSizes;
  readonly calls: number;
}

const sizesOf = (short: boolean): Sizes =>
  short
    ? {
        controller: { waiting: [4, 40], expanded: 4 },
        node: { targets: 40, foreignMounts: [0, 1024], volumes: 8 },
        calls: 1_000,
      }
    : {
        controller: {
          waiting: [1, 20, 50, 100, 200],
          expanded: 20,
          large: { claims: 1_000, createSeconds: 60, impatient: 20, listed: 2_000 },
        },
        node: { targets: 250, foreignMounts: [0, 1024, 4096], volumes: 50 },
        calls: 10_000,
      };

/** Sizes of the rounds after the first one: the large ones take minutes, and are for the most part counts. */
const withoutLarge = ({ controller: { waiting, expanded }, ...others }: Sizes): Sizes => ({
  ...others,
  controller: { waiting, expanded },
});

/** Result of a run. */
export interface BenchResult {
  readonly figures: Figures;
  /** Columns of the table. */
  readonly subjects: readonly string[];
}

/** Measures all subjects, which take turns in each round. A measurement that fails is a cell of the table, and ends nothing.
 *  @param report takes the progress in words
 *  @throws UnreachableDriver if a driver of an endpoint does not answer */
export async function runBench(options: BenchOptions, report: (line: string) => void): Promise<BenchResult> {
  const figures = new Figures();
  const api = await EmulatedApi.open();
  await api.change({ fileSystemQuota: ACCOUNT_QUOTA });
  const all = sizesOf(options.short);
  const others: Subject[] = [];
  try {
    for (const { name, endpoint } of options.endpoints) others.push(await connectSubject(name, endpoint));
    for (let round = 1; round <= options.rounds; round += 1) {
      report(`round ${round} of ${options.rounds}: the limits of this machine`);
      const sizes = round === 1 ? all : withoutLarge(all);
      await addLimits(figures, sizes.calls);
      // Drivers of others run already: only before their first work are they idle.
      if (round === 1) for (const other of others) await measureIdle(other, figures);
      for (const side of ['node', 'controller'] as const) {
        await withOurs(options.driverName, side, figures, async (ours) => {
          for (const subject of turns([...ours, ...others.filter((each) => serves(each, side))], round)) {
            report(`round ${round}: ${side} of ${subject.name}`);
            await measureSide(subject, side, { api, figures, sizes });
          }
        });
      }
    }
  } finally {
    await Promise.all(others.map((other) => other.stop()));
  }
  return { figures, subjects: [OURS, ...others.map(({ name }) => name), MACHINE] };
}

/** Runs work with the driver of this repository, or without it where it does not start. */
async function withOurs(
  driverName: string,
  side: 'node' | 'controller',
  figures: Figures,
  work: (ours: readonly Subject[]) => Promise<void>,
): Promise<void> {
  const ours = await startOurs(driverName, side).catch((error: unknown) => {
    figures.fail(OURS, startFigure(side), failureOf(error));
  });
  try {
    if (ours) await measureIdle(ours, figures);
    await work(ours ? [ours] : []);
  } finally {
    await ours?.stop();
  }
}

const serves = (subject: Subject, side: 'node' | 'controller'): boolean =>
  side === 'node' ? subject.hasNode : subject.hasController;

/** Order of the subjects: each round begins with another one. */
const turns = (subjects: readonly Subject[], round: number): readonly Subject[] => {
  const first = round % subjects.length;
  return [...subjects.slice(first), ...subjects.slice(0, first)];
};

async function addLimits(figures: Figures, calls: number): Promise<void> {
  const limits = await measureLimits(calls);
  for (const [name, figure] of Object.entries(limitFigures)) {
    figures.add(MACHINE, figure, limits[name as keyof typeof limits]);
  }
}

/** A failure outside of the calls that are measured belongs to the whole side: for example a driver of a cloud without dialect. */
async function measureSide(
  subject: Subject,
  side: 'node' | 'controller',
  { api, figures, sizes }: { api: EmulatedApi; figures: Figures; sizes: Sizes },
): Promise<void> {
  try {
    if (side === 'controller') {
      await measureController(subject, { api, figures, sizes: sizes.controller });
      return;
    }
    await measureCalls(subject, figures, sizes.calls);
    await measureNode(subject, { figures, sizes: sizes.node });
  } catch (error) {
    const figure = { key: `${side}.all`, title: `${side}: all further figures`, unit: '' };
    figures.fail(subject.name, figure, failureOf(error));
  }
}
