import { EventEmitter, once } from 'node:events';
import type { sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { IdentityService } from '../gen/csi.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { Call } from './call-chain.js';
import { implement } from './method-adapter.js';

/** Probe that answers when it is released, and the signal that its handler has used. */
function probe() {
  const released = new EventEmitter();
  const signals: AbortSignal[] = [];
  const serve = async (_request: unknown, { signal }: Call): Promise<object> => {
    signals.push(signal);
    await once(released, 'now');
    return {};
  };
  const { probe: method } = implement(
    IdentityService,
    { probe: serve },
    (handler) => handler,
    new RememberedLog(),
  ) as UntypedServiceImplementation & {
    readonly probe: (call: unknown, callback: sendUnaryData<unknown>) => void;
  };
  const call = Object.assign(new EventEmitter(), {
    request: {},
    cancelled: false,
    getDeadline: () => Infinity,
  });
  const answered = new Promise<void>((resolve) => method(call, () => resolve()));
  return { call, signals, answer: async () => (released.emit('now'), answered) };
}

it('aborts the signal of a call whose caller has gone', async () => {
  const { call, signals, answer } = probe();
  call.emit('cancelled');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await answer();
});

it('does not abort it after the answer, when grpc-js reports the end of the call', async () => {
  const { call, signals, answer } = probe();
  await answer();
  call.emit('cancelled');
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});
