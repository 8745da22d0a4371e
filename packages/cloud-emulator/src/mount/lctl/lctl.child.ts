import { isIPv4 } from 'node:net';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceName } from '../client/find-server.js';
import { parseMountSource } from '../client/mount-source.js';
import { readPublishedServers } from '../client/published-servers.js';
import { ServerState } from '../client/server-state.js';
import { clientDirectory, waitSeconds, type ClientSettings } from '../client-settings.js';
import { isAtLeast } from '../client-version.js';
import { readMountTable } from '../mount-table.js';
import { clientInstance } from '../table/client-instance.js';
import { ClientMounts } from '../table/client-mounts.js';
import { matching, parametersOf, type MountedClient, type Parameter } from './lctl-parameters.js';

/** Failure of lctl: its text on stderr, and its exit status. */
class LctlError extends Error {
  override readonly name = 'LctlError';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const DEFAULT_NID = '192.0.2.10@tcp';
const SILENT_SECONDS = 3.2;

/** Program behind the `lctl` of the namespace: `lctl.child.js SETTINGS COMMAND...`. */
function main([text = '{}', command = '', ...args]: readonly string[]): number {
  const settings = JSON.parse(text) as ClientSettings;
  try {
    const output = run(command, args, settings);
    if (output !== '') process.stdout.write(`${output}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof LctlError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.status;
  }
}

function run(command: string, args: readonly string[], settings: ClientSettings): string {
  switch (command) {
    case 'get_param':
      return getParameters(args, settings);
    case 'set_param':
      return setParameters(args, settings);
    case 'ping':
      return ping(args[0] ?? '', settings);
    case 'list_nids':
      return settings.nid ?? DEFAULT_NID;
    default:
      throw new LctlError(
        `lctl: the simulation knows get_param, set_param, ping and list_nids, not '${command}'`,
        1,
      );
  }
}

/** Clients that are mounted on this node; bind mounts of a client are no clients of their own. */
function mountedClients({ registry, ...directories }: ClientSettings): readonly MountedClient[] {
  const records = new ClientMounts(clientDirectory(directories));
  const servers = readPublishedServers(registry);
  const state = new ServerState(registry);
  const sources = new Map(readMountTable().map(({ group, source }) => [group, source]));
  return [...sources].flatMap(([group, source]) => {
    if (group === undefined || records.read(group)?.device !== source) return [];
    const { fsname, nids } = parseMountSource(source);
    const server = servers.find((each) => deviceName(each) === source);
    const nid = `${nids[0]?.host ?? ''}@tcp`;
    const deadTargets = server ? state.deadTargets(server) : [];
    return [{ fsname, nid, deadTargets, instance: clientInstance(group) }];
  });
}

/** Parameters that were set, by name. */
const setFile = (settings: ClientSettings): string => join(clientDirectory(settings), 'parameters.json');

function readSet(settings: ClientSettings): ReadonlyMap<string, string> {
  try {
    return new Map(JSON.parse(readFileSync(setFile(settings), 'utf8')) as [string, string][]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

function allParameters(settings: ClientSettings): ReadonlyMap<string, Parameter> {
  const changed = readSet(settings);
  const all = mountedClients(settings).flatMap((client) => [...parametersOf(client)]);
  return new Map(
    all.map(([name, parameter]) => [name, { ...parameter, value: changed.get(name) ?? parameter.value }]),
  );
}

const notFound = (command: string, pattern: string): LctlError =>
  new LctlError(
    `error: ${command}: param_path '${pattern.replaceAll('.', '/')}': No such file or directory`,
    2,
  );

function getParameters(args: readonly string[], settings: ClientSettings): string {
  const isBare = args[0] === '-n';
  const all = allParameters(settings);
  const patterns = isBare ? args.slice(1) : args;
  const lines = patterns
    .flatMap((pattern) => matching(pattern, all.keys()))
    .map((name) => shown(name, all.get(name)?.value ?? '', isBare));
  const unknown = patterns.findLast((pattern) => matching(pattern, all.keys()).length === 0);
  return partial(lines, unknown === undefined ? [] : [notFound('get_param', unknown)]);
}

const shown = (name: string, value: string, isBare: boolean): string =>
  isBare ? value : `${name}=${value.includes('\n') ? '\n' : ''}${value}`;

/** Prints what succeeded, and fails with the rest; the first failure decides the status. */
function partial(lines: readonly string[], failures: readonly LctlError[]): string {
  const text = lines.join('\n');
  if (failures.length === 0) return text;
  if (text !== '') process.stdout.write(`${text}\n`);
  throw new LctlError(failures.map(({ message }) => message).join('\n'), failures[0]?.status ?? 1);
}

function setParameters(args: readonly string[], settings: ClientSettings): string {
  const all = allParameters(settings);
  const changed = new Map(readSet(settings));
  const outcomes = args.flatMap((setting): readonly (string | LctlError)[] => {
    const [pattern = '', value = ''] = setting.split('=');
    const names = matching(pattern, all.keys());
    if (names.length === 0) return [notFound('set_param', pattern)];
    return names.map((name) => {
      const failure = refusal(name, value, all.get(name));
      if (!failure) changed.set(name, value);
      return failure ?? `${name}=${value}`;
    });
  });
  const file = setFile(settings);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify([...changed]));
  renameSync(`${file}.${process.pid}`, file);
  return partial(
    outcomes.filter((outcome) => typeof outcome === 'string'),
    outcomes.filter((outcome) => typeof outcome !== 'string'),
  );
}

function refusal(name: string, value: string, parameter: Parameter | undefined): LctlError | undefined {
  const failed = (text: string, status: number): LctlError =>
    new LctlError(`error: set_param: setting ${name.replaceAll('.', '/')}=${value}: ${text}`, status);
  const [least, most] = parameter?.range ?? [];
  if (least === undefined || most === undefined) return failed('Permission denied', 13);
  if (!/^\d+$/.test(value)) return failed('Invalid argument', 22);
  if (Number(value) < least || Number(value) > most) return failed('Numerical result out of range', 34);
  return undefined;
}

/** Pings an LNet peer. Errors name what the kernel found (2.17), or no more than that it failed. */
function ping(nid: string, settings: ClientSettings): string {
  const isNew = isAtLeast(settings.version, '2.17');
  const [host = '', net = 'tcp'] = nid.split('@');
  if (!isIPv4(host)) throw new LctlError(`Invalid NID argument "${nid}"`, 22);
  const fault = new ServerState(settings.registry).mgsFault(host, readPublishedServers(settings.registry));
  const failed = (text: string, status: number): LctlError =>
    isNew
      ? new LctlError(`failed to ping ${nid}: ${text}`, status)
      : new LctlError(`failed to ping ${nid}: Input/output error`, 1);
  if (!/^tcp0?$/.test(net)) throw failed('No route to host', 113);
  if (fault === 'mgs-refused') throw failed('Connection refused', 111);
  if (fault !== undefined && fault !== 'mgs-stopped') {
    waitSeconds(SILENT_SECONDS, settings);
    throw failed('Connection timed out', 110);
  }
  return ['12345-0@lo', isNew ? `${host}@tcp` : `12345-${host}@tcp`].join('\n');
}

process.exitCode = main(process.argv.slice(2));
