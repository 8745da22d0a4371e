import type { NodeTiming } from '../../mount/mount-services.js';
import type { Log } from '../../model/log.js';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DriverError, isDriverError, messageOf } from '../../errors/driver-error.js';
import { parseMountSource } from '../../model/mount-source.js';
import type { VolumeCapability } from '../../model/volume-capability.js';
import { MgsProbe } from '../../mount/client/mgs-probe.js';
import { CommandRunner } from '../../process/command.js';
import { NodeEngine, type NodeEngineParts } from '../node-engine.js';
import { silentLog } from './silent-log.js';

/** Settings of an engine process. */
export interface EngineSettings extends Pick<
  NodeEngineParts,
  'mountSharing' | 'mountsDir' | 'targetDirs' | 'mustPropagate' | 'unmountEscalation'
> {
  readonly timing?: Partial<NodeTiming>;
  /** Number of the log entry at which the process kills itself, from 1: each step of the engine writes one. */
  readonly dieAtStep?: number;
  /** Installs the hooks below. */
  readonly hooks?: boolean;
  /** Port on which servers accept connections. Default: 988. */
  readonly serverPort?: number;
}

/** Call of the engine, one line of JSON on stdin. */
export interface EngineCall {
  readonly id: number;
  readonly operation: 'publish' | 'unpublish' | 'stats' | 'nodeStats' | 'warnings';
  readonly volumeId: string;
  readonly path: string;
  readonly source: string;
  readonly readonly: boolean;
  readonly capability: VolumeCapability;
  readonly context: Readonly<Record<string, string>>;
  /** Milliseconds after which the caller leaves. */
  readonly patienceMs: number;
}

/** Answer, one line of JSON on stdout; `error` is absent after success. */
export interface EngineAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly kind: string; readonly message: string };
}

// `engine-process.js STATE_DIR SETTINGS`: a node engine as a process of its own, to be killed by a test.
const [stateDir = '', settings = '{}'] = process.argv.slice(2);

/** Refuses volumes whose context has `refuse`, writes tunings into STATE_DIR/tuned, and cannot set the tuning `wrong`. */
const hooks: Pick<NodeEngineParts, 'beforePublish' | 'clientTuner'> = {
  beforePublish: [
    async ({ context = {} }) => {
      if (context['refuse']) throw new DriverError('failed-precondition', 'the guard refuses');
    },
  ],
  clientTuner: {
    beforePublish: async () => {},
    tune: async ({ mountPoint, tuning }) => {
      await appendFile(join(stateDir, 'tuned'), `${mountPoint} ${tuning}\n`);
      if (tuning === 'wrong') throw new DriverError('invalid-argument', 'cannot be set');
    },
  },
};

const { dieAtStep, hooks: hasHooks = false, serverPort, ...parts } = JSON.parse(settings) as EngineSettings;
const warnings: string[] = [];
const quietLog: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) };
const log = dieAtStep ? deadlyLog(dieAtStep) : quietLog;
// The targets of tests lie beside the state directory, not in kubelet's.
const targetDirs = [dirname(stateDir)];
const probe = new MgsProbe({
  runner: new CommandRunner(),
  ...(serverPort === undefined ? {} : { port: serverPort }),
});
const engine = new NodeEngine({ stateDir, log, targetDirs, probe, ...(hasHooks ? hooks : {}), ...parts });
void engine.resume(); // As the driver does.

/** Log that kills the process at its `lastStep`th entry: each entry is a step of the engine. */
function deadlyLog(lastStep: number): Log {
  let steps = 0;
  const step = (): void => {
    if ((steps += 1) === lastStep) process.kill(process.pid, 'SIGKILL');
  };
  return { ...silentLog, debug: step, info: step };
}

async function perform(call: EngineCall, signal: AbortSignal): Promise<unknown> {
  const { volumeId, path, readonly, capability, context } = call;
  switch (call.operation) {
    case 'publish': {
      const source = parseMountSource(call.source);
      return engine.publish({ volumeId, targetPath: path, readonly, capability, source, context }, signal);
    }
    case 'unpublish':
      return engine.unpublish({ volumeId, targetPath: path }, signal);
    case 'stats':
      return engine.stats({ volumeId, volumePath: path }, signal);
    case 'warnings':
      return warnings;
    case 'nodeStats':
      return engine.nodeStats();
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
