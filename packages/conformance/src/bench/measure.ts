import { existsSync } from 'node:fs';
import type { Failure, Figure, Figures } from './figures.js';

/** Driver to which figures belong. */
interface Measured {
  readonly name: string;
  readonly pid: number;
}

/** Names of the gRPC codes, by number. Source: grpc.io "Status codes". */
const codes =
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'.split(
    ' ',
  );

/** Most characters of the text of an error. */
const TEXT_LIMIT = 300;

/** Error of a measurement in the words of the table. */
export function failureOf(error: unknown): Failure {
  const { code, details, message } = error as { code?: unknown; details?: unknown; message?: unknown };
  const name = typeof code === 'number' ? codes[code] : undefined;
  const words = String(name === undefined ? (message ?? error) : (details ?? message));
  const text = words.replace(/\s+/g, ' ').slice(0, TEXT_LIMIT);
  if (name === 'UNIMPLEMENTED') return { isServed: false, cell: 'not served', text };
  return { isServed: true, cell: `failed: ${name ?? 'see below'}`, text };
}

/** Throws where the process of a driver has ended: without it, its calls would be repeated in vain. */
export function refuseEnded({ pid }: Pick<Measured, 'pid'>): void {
  if (!existsSync(`/proc/${pid}`)) throw new Error('the process of the driver has ended');
}

/**
 * Measures figures that one piece of work gives. Where it fails, the error takes their place, and the run continues with the others.
 *
 * @returns true where the figures were measured
 */
export async function measure<Name extends string>(
  subject: Measured,
  figures: Figures,
  group: Readonly<Record<Name, Figure>>,
  work: () => Promise<Readonly<Record<Name, number>>>,
): Promise<boolean> {
  const names = Object.keys(group) as Name[];
  try {
    refuseEnded(subject);
    const values = await work();
    for (const name of names) figures.add(subject.name, group[name], values[name]);
    return true;
  } catch (error) {
    for (const name of names) figures.fail(subject.name, group[name], failureOf(error));
    return false;
  }
}
