import { statfsSync } from 'node:fs';
import { deviceName } from '../client/find-server.js';
import { readPublishedServers } from '../client/published-servers.js';
import { ServerState } from '../client/server-state.js';
import { storageDirectory, type ClientSettings } from '../client-settings.js';
import { isAtLeast } from '../client-version.js';
import { readMountTable } from '../mount-table.js';
import { clientInstance } from '../table/client-instance.js';
import { layoutText } from './layout-text.js';
import { parseLfsArguments, type LfsCommand } from './lfs-arguments.js';
import {
  attributesOf,
  hasRecord,
  lfsPath,
  limitsOf,
  setAttributes,
  setLimits,
  type InodeAttributes,
  type LfsPath,
} from './lfs-storage.js';
import { UsageError } from './lfs-usage-error.js';
import { countProject } from './project-accounting.js';
import { quotaText } from './quota-text.js';
import { spaceText } from './space-text.js';

interface Output {
  readonly text: string;
  readonly status: number;
}

/** Exit status of `lfs quota` where a target does not answer (EIO); the text is on stdout all the same. */
const PARTIAL = 5;

/** Program behind the `lfs` of the namespace: `lfs.child.js SETTINGS COMMAND...`. */
function main([settings = '{}', ...args]: readonly string[]): number {
  try {
    const { text, status } = run(parseLfsArguments(args), JSON.parse(settings) as ClientSettings);
    if (text !== '') process.stdout.write(`${text}\n`);
    return status;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function run(command: LfsCommand, settings: ClientSettings): Output {
  const mounts = readMountTable();
  const at = (path: string): LfsPath => lfsPath(path, storageDirectory(settings), mounts);
  if (command.name === 'show-quota') return showQuota(at(command.path), command, settings);
  if (command.name === 'show-space') return showSpace(at(command.path ?? process.cwd()), settings);
  if (command.name === 'set-quota') {
    setLimits(at(command.path), command.project, command.limits);
    return { text: '', status: 0 };
  }
  const lines = command.paths.map((path) => onPath(command, at(path), path, settings));
  return { text: lines.filter((line) => line !== '').join('\n'), status: 0 };
}

type PathCommand = Extract<LfsCommand, { readonly paths: readonly string[] }>;
type Change = Extract<PathCommand, { readonly name: 'set-project' | 'clear-project' | 'set-stripe' }>;

/** Runs a command on one of its paths; returns its output. */
function onPath(command: PathCommand, place: LfsPath, path: string, { version }: ClientSettings): string {
  switch (command.name) {
    case 'show-project':
      return projectText(attributesOf(place, place.path), path);
    case 'show-stripe':
      return `${path}\n${layoutText(attributesOf(place, place.path).layout ?? [], version)}`;
    case 'show-name':
      return nameText(place, isAtLeast(version, '2.17') ? '' : ` ${path}`);
    default:
      setAttributes(place, changeOf(command));
      return '';
  }
}

function changeOf(command: Change): InodeAttributes {
  if (command.name === 'set-stripe') return { layout: command.layout };
  return command.name === 'clear-project'
    ? { project: 0, inherit: false }
    : { project: command.project, inherit: command.inherit };
}

const projectText = ({ project = 0, inherit = false }: InodeAttributes, path: string): string =>
  `${String(project).padStart(5)} ${inherit ? 'P' : '-'} ${path}`;

const nameText = (place: LfsPath, end: string): string =>
  `${fsnameOf(place)}-${clientInstance(place.group ?? '0')}${end}`;

const fsnameOf = ({ device }: LfsPath): string => device.slice(device.lastIndexOf('/') + 1);

function showQuota(
  place: LfsPath,
  { project, path, quiet }: LfsCommand & { name: 'show-quota' },
  settings: ClientSettings,
): Output {
  const isPartial = deadTargets(place, settings).length > 0;
  const quota = {
    ...{ project, path, isPartial },
    use: countProject(place, project),
    limits: limitsOf(place, project),
    hasRecord: hasRecord(place, project),
  };
  return { text: quotaText(quota, quiet, settings.version), status: isPartial ? PARTIAL : 0 };
}

/** Shows the space of the targets. Waits as long as a storage target does not answer, like the real one. */
function showSpace(place: LfsPath, settings: ClientSettings): Output {
  const POLL_MS = 50;
  while (deadTargets(place, settings).length > 0) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  const { blocks, bfree, bsize } = statfsSync(place.root, { bigint: true });
  const kib = (count: bigint): bigint => (count * bsize) / 1024n;
  const text = spaceText({
    ...{ fsname: fsnameOf(place), mountPoint: place.mountPoint },
    ...{ totalKib: kib(blocks), usedKib: kib(blocks - bfree) },
  });
  return { text, status: 0 };
}

function deadTargets({ device }: LfsPath, { registry }: ClientSettings): readonly number[] {
  const server = readPublishedServers(registry).find((each) => deviceName(each) === device);
  return server ? new ServerState(registry).deadTargets(server) : [];
}

process.exitCode = main(process.argv.slice(2));
