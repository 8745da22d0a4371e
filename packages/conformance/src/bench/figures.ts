import { summaryOf, type Summary } from './statistics.js';

/** Figure of the benchmark. Less is better. */
export interface Figure {
  /** Name in JSON and in the baseline: `publish.cpu`. */
  readonly key: string;
  /** Line of the table: `publish, CPU of a call`. */
  readonly title: string;
  readonly unit: string;
}

/** Point of a figure that depends on a size, such as the number of mounts. */
export interface GrowthPoint {
  readonly size: number;
  readonly value: Summary;
}

/** Values of all figures, by figure and subject. */
export class Figures {
  readonly #figures = new Map<string, Figure>();
  readonly #values = new Map<string, number[]>();

  add(subject: string, figure: Figure, value: number): void {
    this.#figures.set(figure.key, figure);
    const place = `${figure.key}\n${subject}`;
    this.#values.set(place, [...(this.#values.get(place) ?? []), value]);
  }

  get all(): readonly Figure[] {
    return [...this.#figures.values()];
  }

  /** Undefined: the subject has no such figure. */
  of(subject: string, key: string): Summary | undefined {
    const values = this.#values.get(`${key}\n${subject}`);
    return values && summaryOf(values);
  }

  /** Figures `KEY.SIZE` of a subject, in the order of their sizes. */
  growth(subject: string, key: string): readonly GrowthPoint[] {
    return this.all
      .filter(
        (figure) => figure.key.startsWith(`${key}.`) && /^[0-9]+$/.test(figure.key.slice(key.length + 1)),
      )
      .flatMap((figure) => {
        const value = this.of(subject, figure.key);
        return value ? [{ size: Number(figure.key.slice(key.length + 1)), value }] : [];
      })
      .sort((a, b) => a.size - b.size);
  }

  toJSON(subjects: readonly string[]): object {
    return Object.fromEntries(
      this.all.map(({ key, title, unit }) => [
        key,
        {
          title,
          unit,
          subjects: Object.fromEntries(
            subjects.flatMap((subject) => {
              const summary = this.of(subject, key);
              return summary ? [[subject, summary]] : [];
            }),
          ),
        },
      ]),
    );
  }
}
