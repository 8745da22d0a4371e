import type { Figures } from './figures.js';
import { svgOf, type Plot } from './plot.js';

interface PlotRule extends Omit<Plot, 'series'> {
  readonly file: string;
  /** Figure that grows. */
  readonly key: string;
}

const rules: readonly PlotRule[] = [
  {
    file: 'cost-against-mounts.svg',
    key: 'publish.cpu',
    title: 'CPU of a publication against other mounts on the node',
    x: 'other mounts',
    y: 'CPU of a call [ms]',
  },
  {
    file: 'calls-against-volumes.svg',
    key: 'create.calls',
    title: 'API calls against volumes that are created at once',
    x: 'volumes',
    y: 'API calls',
  },
];

/** Draws the plots of a run, by file name. */
export const plotsOf = (figures: Figures, subjects: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    rules.map(({ file, key, ...plot }) => [
      file,
      svgOf({
        ...plot,
        series: subjects
          .map((name) => ({
            name,
            points: figures.growth(name, key).map(({ size, value }) => [size, value.median] as const),
          }))
          .filter(({ points }) => points.length > 0),
      }),
    ]),
  );
