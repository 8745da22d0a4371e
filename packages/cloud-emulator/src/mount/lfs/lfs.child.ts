import { readMountTable } from '../mount-table.js';
import { parseLfsArguments, type LfsCommand } from './lfs-arguments.js';
import { attributesOf, lfsPath, limitsOf, setAttributes, setLimits, type LfsPath } from './lfs-storage.js';
import { UsageError } from './lfs-usage-error.js';
import { countProject } from './project-accounting.js';

/** Program behind the `lfs` of the namespace: `lfs.child.js STORAGE COMMAND...`. */
function main([storage = '', ...args]: readonly string[]): number {
  try {
    const output = run(parseLfsArguments(args), storage);
    if (output !== '') process.stdout.write(`${output}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function run(command: LfsCommand, storage: string): string {
  const mounts = readMountTable();
  const at = (path: string): LfsPath => lfsPath(path, storage, mounts);
  const each = (paths: readonly string[], work: (place: LfsPath, path: string) => string | void): string =>
    paths
      .map((path) => work(at(path), path) ?? '')
      .filter((line) => line !== '')
      .join('\n');
  switch (command.name) {
    case 'set-project':
      return each(command.paths, (place) =>
        setAttributes(place, { project: command.project, inherit: command.inherit }),
      );
    case 'clear-project':
      return each(command.paths, (place) => setAttributes(place, { project: 0, inherit: false }));
    case 'show-project':
      return each(command.paths, (place, path) => {
        const { project = 0, inherit = false } = attributesOf(place, place.path);
        return `${String(project).padStart(5)} ${inherit ? 'P' : '-'} ${path}`;
      });
    case 'set-quota':
      setLimits(at(command.path), command.project, command.limits);
      return '';
    case 'show-quota':
      return showQuota(at(command.path), command);
    case 'set-stripe':
      return each(command.paths, (place) => setAttributes(place, { layout: command.layout }));
    case 'show-stripe':
      return each(command.paths, (place, path) => {
        const { layout } = attributesOf(place, place.path);
        return `${path}\n${layout ? layout.join(' ') : '(Default) -c 1'}`;
      });
  }
}

/** Prints quotas in the layout of lfs-quota(1) of 2.15. */
function showQuota(place: LfsPath, { project, path, quiet }: LfsCommand & { name: 'show-quota' }): string {
  const { kib, inodes } = countProject(place, project);
  const { softKib, hardKib, softInodes, hardInodes } = limitsOf(place, project);
  const over = (used: bigint, ...limits: readonly bigint[]): string =>
    limits.some((limit) => limit > 0n && used > limit) ? '*' : '';
  const columns = [
    [`${kib}${over(kib, softKib, hardKib)}`, softKib, hardKib, '-'],
    [`${inodes}${over(inodes, softInodes, hardInodes)}`, softInodes, hardInodes, '-'],
  ].flat();
  const line = `${path.padStart(15)} ${columns.map((column) => String(column).padStart(7)).join(' ')}`;
  if (quiet) return line;
  const head = ['kbytes', 'quota', 'limit', 'grace', 'files', 'quota', 'limit', 'grace'];
  return [
    `Disk quotas for prj ${project} (pid ${project}):   (simulated: counted, not enforced)`,
    `${'Filesystem'.padStart(15)} ${head.map((word) => word.padStart(7)).join(' ')}`,
    line,
  ].join('\n');
}

process.exitCode = main(process.argv.slice(2));
