import { randomUUID } from 'node:crypto';
import type { Fault } from '../../world/faults.js';
import type { Call, Reply } from '../../world/serve-call.js';
import { AwsError } from './aws-error.js';

/** Wire protocol of one AWS service. */
export interface AwsProtocol {
  /** Name of the service in the journal. */
  readonly service: string;
  /** Reply to a call that is refused. */
  readonly error: (requestId: string, error: AwsError) => Reply;
  /** Reply to a call that meets an injected fault. */
  readonly fault: (requestId: string, fault: Fault) => Reply;
}

/**
 * Describes a call of an operation. An AwsError that `effect` throws becomes the reply of the protocol; any other
 * error is a defect of the emulator.
 */
export function awsCall(
  { service, error: refuse, fault }: AwsProtocol,
  operation: string,
  effect: (requestId: string) => Reply,
): Call {
  const requestId = randomUUID();
  return {
    cloud: 'aws',
    service,
    operation,
    requestId,
    renderFault: (injected) => fault(requestId, injected),
    effect: () => {
      try {
        return effect(requestId);
      } catch (error) {
        if (error instanceof AwsError) return refuse(requestId, error);
        throw error;
      }
    },
  };
}
