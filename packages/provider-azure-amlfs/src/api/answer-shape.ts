import type { ArmAnswer } from './arm-operation.js';

/** The part of an answer by which Azure can find its request. */
type Traced = Pick<ArmAnswer, 'status' | 'header'>;

/**
 * Error for an answer that ARM reports as a success and that lacks what its schema requires, such as an empty body. It
 * proves nothing about what exists.
 */
export const malformed = ({ status, header }: Traced, why: string): Error =>
  new Error(
    `Azure sent a malformed answer: ${why} (HTTP ${status}, request id ${header('x-ms-request-id') ?? 'unknown'})`,
  );

/** Reads a member of parsed JSON; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
