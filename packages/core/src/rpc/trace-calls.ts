import type { Wrapper } from './call-chain.js';
import { codeName, errorToStatus } from './error-to-status.js';
import { redactMessage } from './redact.js';

/** Call as a tracer sees it. */
export interface TracedCall {
  /** gRPC path without the slash at its beginning: `csi.v1.Controller/CreateVolume`. */
  readonly name: string;
  /** Id of the volume, or name of the one that is to be created; absent: the call has none. */
  readonly volume?: string;
}

/** Tracer of calls. */
export interface CallTracer {
  /** Runs a call in a span of its own: spans that begin meanwhile in its context belong to it.
   *  @param describe gives the gRPC status and the words of a failure */
  during<T>(
    call: TracedCall,
    run: () => Promise<T>,
    describe: (error: unknown) => { readonly code: string; readonly message: string },
  ): Promise<T>;
}

/** Runs each call in a span. */
export const traceCalls =
  (tracer: CallTracer): Wrapper =>
  (next) =>
  (request, call) => {
    const { volumeId, name } = request as { readonly volumeId?: unknown; readonly name?: unknown };
    const volume = [volumeId, name].find((value) => typeof value === 'string' && value !== '');
    const traced = {
      name: `csi.v1.${call.service}/${call.method}`,
      ...(typeof volume === 'string' ? { volume } : {}),
    };
    return tracer.during(
      traced,
      () => next(request, call),
      (error) => {
        const { code, details } = errorToStatus(error);
        return { code: codeName(code), message: redactMessage(details) };
      },
    );
  };
