/** Pause before work that FSx accepted and then failed is started again. Milliseconds. Only FSx remembers the failure,
 *  so that the pause counts from a time that FSx keeps. */
export const PAUSE_AFTER_FAILURE_MS = 10 * 60 * 1000;

/** FSx's own words about a failure, without the full stop; API reference, FailureDetails of each resource. */
export const failureReason = (failed: {
  readonly FailureDetails?: { readonly Message?: string | undefined } | undefined;
}): string => failed.FailureDetails?.Message?.replace(/\.$/, '') ?? 'FSx gives no reason';
