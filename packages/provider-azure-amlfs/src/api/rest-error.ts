import type { RestError } from '@azure/core-rest-pipeline';

export type { RestError };

/** Reports whether an error is the answer of a service, as the SDK's own check of this name does. It loads no SDK. */
export const isRestError = (error: unknown): error is RestError =>
  error instanceof Error && error.name === 'RestError';
