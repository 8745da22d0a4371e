/** Statement that did not hold. */
export class CheckFailure extends Error {}

/** Check that cannot decide here; the message is the reason. */
export class SkipCheck extends Error {}

/** @throws CheckFailure with this message unless the condition holds */
export function expectThat(condition: unknown, message: string): asserts condition {
  if (!condition) throw new CheckFailure(message);
}
