import { createInterface } from 'node:readline';
import { DriverError, isDriverError, messageOf } from '../../errors/driver-error.js';
import { parseMountSource } from '../../volume/mount-source.js';
import type { VolumeCapability } from '../../volume/volume-capability.js';
import type { NodeTiming } from '../node-context.js';
import { NodeEngine } from '../node-engine.js';
import { silentLog } from './silent-log.js';

/** A call of the engine, one line of JSON on stdin. */
export interface EngineCall {
  readonly id: number;
  readonly operation: 'publish' | 'unpublish' | 'stats' | 'stuck';
  readonly volumeId: string;
  readonly path: string;
  readonly source: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  /** Milliseconds after which the caller leaves. */
  readonly patienceMs: number;
}

/** The answer, one line of JSON on stdout; `error` is absent after success. */
export interface EngineAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly kind: string; readonly message: string };
}

// `engine-process.js STATE_DIR TIMING`: a node engine as a process of its own, to be killed by a test.
const [stateDir = '', timing = '{}'] = process.argv.slice(2);
const engine = new NodeEngine({
  stateDir,
  log: silentLog,
  timing: JSON.parse(timing) as Partial<NodeTiming>,
});

async function perform(call: EngineCall, signal: AbortSignal): Promise<unknown> {
  const { volumeId, path, readonly, capability } = call;
  switch (call.operation) {
    case 'publish': {
      const source = parseMountSource(call.source);
      return engine.publish({ volumeId, targetPath: path, readonly, capability, source }, signal);
    }
    case 'unpublish':
      return engine.unpublish({ volumeId, targetPath: path }, signal);
    case 'stats':
      return engine.stats({ volumeId, volumePath: path }, signal);
    case 'stuck':
      return engine.stuckChildren().map(({ pid, state }) => ({ pid, state }));
  }
}

async function answer(call: EngineCall): Promise<EngineAnswer> {
  const caller = new AbortController();
  const leaves = setTimeout(
    () => caller.abort(new DriverError('deadline-exceeded', 'the caller has no time left')),
    call.patienceMs,
  );
  try {
    return { id: call.id, value: await perform(call, caller.signal) };
  } catch (error) {
    return {
      id: call.id,
      error: { kind: isDriverError(error) ? error.kind : 'none', message: messageOf(error) },
    };
  } finally {
    clearTimeout(leaves);
  }
}

const asJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));

createInterface({ input: process.stdin }).on('line', (line) => {
  void answer(JSON.parse(line) as EngineCall).then((result) => process.stdout.write(`${asJson(result)}\n`));
});
