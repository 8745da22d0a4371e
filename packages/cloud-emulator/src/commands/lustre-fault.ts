import { serverFaultKinds, ServerFaults, type ServerFaultKind } from '../world/server-faults.js';
import { UsageError } from './usage-error.js';

/**
 * Arms, lists or clears faults of the simulated Lustre servers, in the registry that `exec` names in the environment.
 * Returns the output: each armed fault as a line of JSON.
 *
 * @throws {@link UsageError}
 */
export function lustreFault(args: readonly string[], environment: NodeJS.ProcessEnv): string {
  const registry = environment['LUSTRE_EMULATOR_LUSTRE_REGISTRY'];
  if (registry === undefined)
    throw new UsageError(
      'lustre-fault works in a COMMAND of exec: LUSTRE_EMULATOR_LUSTRE_REGISTRY is not set',
    );
  const faults = new ServerFaults(registry);
  const [command = '', fileSystem, ost] = args;
  if (command === 'list')
    return faults
      .list()
      .map((fault) => JSON.stringify(fault))
      .join('\n');
  if (command === 'clear') faults.clear(fileSystem);
  else faults.add({ kind: kindOf(command), fileSystem: required(fileSystem), ...ostOf(ost) });
  return '';
}

function kindOf(text: string): ServerFaultKind {
  const kind = serverFaultKinds.find((each) => each === text);
  if (kind) return kind;
  throw new UsageError(
    `lustre-fault needs list, clear or one of ${serverFaultKinds.join(', ')}, not '${text}'`,
  );
}

function required(fileSystem: string | undefined): string {
  if (fileSystem) return fileSystem;
  throw new UsageError('lustre-fault needs the id of a file system, or an address of its MGS');
}

function ostOf(text: string | undefined): { ost?: number } {
  if (text === undefined) return {};
  if (/^\d{1,4}$/.test(text)) return { ost: Number(text) };
  throw new UsageError(`lustre-fault: the OST must be an index such as 0, not '${text}'`);
}
