import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.js';
import type { Cloud } from './journal.js';
import type { World } from './world.js';

/** One API call, as a cloud's front end has understood it. */
export interface Call {
  readonly cloud: Cloud;
  readonly service: string;
  readonly operation: string;
  readonly resource?: string;
  readonly requestId: string;
  /** Effect of the call. Runs to its end synchronously: the world never shows half an effect. */
  readonly effect: () => Reply;
  /** Reply of this cloud to a throttled or failed call. */
  readonly renderFault: (fault: Fault) => Reply;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly errorCode?: string;
}

/** Absence of an answer: `reset` cuts the connection, `hang` leaves it open for ever. */
export type Silence = 'reset' | 'hang';

/** Journals the call, applies the injected faults, and returns the answer. */
export async function serveCall(world: World, call: Call): Promise<Reply | Silence> {
  const entry = world.journal.begin(call);
  const answer = await faulted(world, call, (fault) => (entry.fault = fault.kind));
  if (answer === 'hang') return answer;
  entry.status = answer === 'reset' ? 0 : answer.status;
  if (answer !== 'reset' && answer.errorCode !== undefined) entry.errorCode = answer.errorCode;
  return answer;
}

async function faulted(world: World, call: Call, note: (fault: Fault) => void): Promise<Reply | Silence> {
  const before = takeFault(world, call, 'before');
  if (before) {
    note(before);
    const answer = await suffer(before, call);
    if (answer) return answer;
  }
  const reply = call.effect();
  const after = takeFault(world, call, 'after');
  if (!after) return reply;
  note(after);
  return (await suffer(after, call)) ?? reply;
}

const takeFault = (world: World, call: Call, when: 'before' | 'after'): Fault | undefined =>
  world.faults.take(call, (fault) => fault.kind !== 'fail-creation' && (fault.when ?? 'before') === when);

/** Answer that the caller gets instead of the true one; undefined where the fault only delays it. */
async function suffer(fault: Fault, call: Call): Promise<Reply | Silence | undefined> {
  switch (fault.kind) {
    case 'slow':
      await delay((fault.seconds ?? 1) * 1000);
      return undefined;
    case 'reset':
    case 'hang':
      return fault.kind;
    case 'throttle':
    case 'error':
      return call.renderFault(fault);
    case 'answer':
      return answerInstead(fault, call);
    case 'fail-creation':
      return undefined;
  }
}

/** Answer with the body of the fault. It keeps the headers of the cloud, such as those with the request id. */
function answerInstead(fault: Fault, call: Call): Reply {
  const { headers } = call.renderFault(fault);
  return {
    status: fault.status ?? 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(fault.body ?? ''),
  };
}
