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

/** Reason for which a figure has no value. */
export interface Failure {
  /** False: the driver has no such call, which is no failure of the driver. */
  readonly isServed: boolean;
  /** Text of the cell. */
  readonly cell: string;
  /** Words of the driver. */
  readonly text: string;
}

/** Values of all figures, by figure and subject. */
export class Figures {
  readonly #figures = new Map<string, Figure>();
  readonly #values = new Map<string, number[]>();
  readonly #failures = new Map<string, Failure>();

  add(subject: string, figure: Figure, value: number): void {
    this.#figures.set(figure.key, figure);
    const place = `${figure.key}\n${subject}`;
    this.#values.set(place, [...(this.#values.get(place) ?? []), value]);
  }

  /** Notes that a figure could not be measured. Values of other rounds stay. */
  fail(subject: string, figure: Figure, failure: Failure): void {
    this.#figures.set(figure.key, figure);
    this.#failures.set(`${figure.key}\n${subject}`, failure);
  }

  /** Undefined: the figure was measured in all rounds, or belongs to other subjects only. */
  failure(subject: string, key: string): Failure | undefined {
    return this.#failures.get(`${key}\n${subject}`);
  }

  /** Reports that a figure of this subject failed. */
  hasFailed(subject: string): boolean {
    return this.all.some(({ key }) => this.failure(subject, key)?.isServed);
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
              const error = this.failure(subject, key)?.text;
              return summary || error !== undefined ? [[subject, { ...summary, error }]] : [];
            }),
          ),
        },
      ]),
    );
  }
}
