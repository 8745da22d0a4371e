import { DriverError } from '../../errors/driver-error.js';
import { formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import type { MountRequest } from '../mounter.js';
import { readClientParts, type ClientParts } from './lustre-client.js';

/** Use of mount.lustre(8): `auto`: where it is installed; `require`: always; `kernel`: never. */
export type MountHelper = 'auto' | 'require' | 'kernel';

/** One way of mounting: its command line, and the meaning of its result. */
export interface MountCommand {
  readonly command: readonly string[];
  /** Converts the result to that of mount.lustre(8), whose exit status is the errno. */
  readonly resultOf: (result: CommandResult) => CommandResult;
}

/** Chooses the command that mounts a client. Without mount.lustre the kernel gets what the helper would give it.
 *  @throws DriverError if the request needs the helper */
export async function mountCommand(
  request: MountRequest,
  helper: MountHelper = 'auto',
  readClient: () => Promise<Pick<ClientParts, 'hasHelper'>> = readClientParts,
): Promise<MountCommand> {
  const usesHelper = helper === 'require' || (helper === 'auto' && (await readClient()).hasHelper);
  return usesHelper ? helperCommand(request) : kernelCommand(request);
}

function helperCommand({ source, target, options }: MountRequest): MountCommand {
  const optionArgs = options.length > 0 ? ['-o', options.join(',')] : [];
  const command = ['mount', '-t', 'lustre', ...optionArgs, formatMountSource(source), target];
  return { command, resultOf: (result) => result };
}

/** Options of mount.lustre itself: `retry` repeats a mount, which the driver does anyway. */
const HELPER_OPTION = /^retry=/;
/** Options with which mount.lustre loads a key first. */
const KEY_OPTION = /^skpath=/;
const LOCK_OPTIONS: readonly string[] = ['flock', 'noflock', 'localflock'];

function kernelCommand({ source, target, options }: MountRequest): MountCommand {
  refuseNames(source);
  const keyOption = options.find((option) => KEY_OPTION.test(option));
  if (keyOption !== undefined) {
    throw needsHelper(`the mount option skpath loads a key with mount.lustre`);
  }
  const from = formatMountSource(source);
  const given = options.filter((option) => !HELPER_OPTION.test(option));
  const lock = given.some((option) => LOCK_OPTIONS.includes(option)) ? [] : ['flock'];
  // The kernel takes everything after `device=` as the source, with the commas in it (lmd_parse in obd_mount.c).
  const all = [...given, ...lock, `device=${from}`].join(',');
  // -i: without the helper of the file system type.
  return { command: ['mount', '-i', '-t', 'lustre', '-o', all, from, target], resultOf: withErrno };
}

/** The kernel takes addresses alone; mount.lustre resolves names. */
function refuseNames(source: LustreMountSource): void {
  const name = source.mgsNodes.flat().find((nid) => /@(?:tcp|o2ib)\d*$/.test(nid) && !/^[\d.]+@/.test(nid));
  if (name !== undefined) throw needsHelper(`the host name in ${name} is not an address`);
}

const needsHelper = (why: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `nothing was mounted: ${why}, and mount.lustre is not in the node plugin's container, or not to be used ` +
      `(--mount-helper): install the client's utilities (lustre-client) in the image, or change the volume`,
  );

/** Errors of mount(2) in the words of mount(8) of util-linux, which always exits with 32. */
const errors: readonly (readonly [words: RegExp, errno: number, text: string])[] = [
  [/wrong fs type, bad option, bad superblock/, 22, 'Invalid argument'],
  [/can't read superblock/, 5, 'Input/output error'],
  [/special device .* does not exist/, 2, 'No such file or directory'],
  [/Input\/output error/, 5, 'Input/output error'],
  [/No such file or directory/, 2, 'No such file or directory'],
  [/File exists/, 17, 'File exists'],
  [/Not a directory/, 20, 'Not a directory'],
  [/File name too long/, 36, 'File name too long'],
  [/Cannot send after transport endpoint shutdown/, 108, 'Cannot send after transport endpoint shutdown'],
  [/Connection timed out/, 110, 'Connection timed out'],
];

function withErrno(result: CommandResult): CommandResult {
  const known = result.exitCode === 32 ? errors.find(([words]) => words.test(result.stderr)) : undefined;
  if (!known) return result;
  const [, exitCode, text] = known;
  return { ...result, exitCode, stderr: `mount(2) without mount.lustre failed: ${text}` };
}
