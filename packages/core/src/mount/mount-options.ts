import { ConfigurationError } from '../errors/configuration-error.js';
import { DriverError } from '../errors/driver-error.js';
import { isFstabOnly, knownMountOptions, refusalOfOption } from './known-mount-options.js';

const OPTION = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:=(?:"[^"]*"|[^",]*))?$/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Limit of mount(2): one page. */
const MAX_OPTIONS = 4095;

/** Checks mount flags without a mount: at CreateVolume, before anything is created, and before a mount. Only known
 *  options pass, and those that the operator allows besides.
 *  @param alsoAllowed names of further options (`parseMountOptionsAllow`)
 *  @throws DriverError invalid-argument naming the flag and the known options */
export function checkMountFlags(flags: readonly string[], alsoAllowed: readonly string[] = []): void {
  for (const flag of bounded(flags)) {
    for (const option of splitFlag(flag)) checkOption(flag, option, alsoAllowed);
  }
}

/**
 * Returns the options of `mount -o`, in the user's order. A flag is `name` or `name=value`, or several of them with commas,
 * as both Go drivers take them; commas inside double quotes belong to the value, and the quotes stay, since
 * mount(8) needs them (`context="system_u:object_r:container_file_t:s0:c1,c2"`). A read-only mount gets `ro`. Options
 * of fstab(5) alone (`_netdev`, `x-systemd.…`) are accepted and left out.
 * @throws DriverError invalid-argument naming the flag, for options that no setting can allow
 */
export function mountOptions(flags: readonly string[], readonly: boolean): readonly string[] {
  const options = bounded(flags).flatMap((flag) =>
    splitFlag(flag).filter((option) => {
      refuseInternal(flag, option);
      return !isFstabOnly(nameOf(option));
    }),
  );
  const effective = readonly
    ? [...options.filter((option) => option !== 'rw' && option !== 'ro'), 'ro']
    : options;
  bounded(effective);
  return effective;
}

/** Returns true if the flags request a read-only mount; of `ro` and `rw` the last one counts. */
export function requestsReadOnly(flags: readonly string[]): boolean {
  const last = mountOptions(flags, false).findLast((option) => option === 'ro' || option === 'rw');
  return last === 'ro';
}

/** Parses the setting that allows further mount options: names separated by commas.
 *  @throws ConfigurationError naming the entry that is wrong */
export function parseMountOptionsAllow(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    const refusal = NAME.test(name) ? refusalOfOption(name) : 'write names without values';
    if (refusal !== undefined) throw new ConfigurationError(`--mount-options-allow: "${name}": ${refusal}`);
  }
  return names;
}

/** Refuses what is longer than the kernel takes, before anything looks into it. */
function bounded(flags: readonly string[]): readonly string[] {
  const length = flags.reduce((sum, flag) => sum + flag.length + 1, -1);
  if (length <= MAX_OPTIONS) return flags;
  throw new DriverError(
    'invalid-argument',
    `mount_flags: all options together are longer than ${MAX_OPTIONS} bytes, the limit of the kernel; shorten them`,
  );
}

/** Splits a flag at its commas, those in double quotes excepted. */
function splitFlag(flag: string): readonly string[] {
  if (flag === '') throw invalid(flag, 'is empty; leave it out');
  if (/[\u0000-\u001f\u007f]/.test(flag)) throw invalid(flag, 'holds a control character');
  // mount(8) takes a backslash as the escape of a comma: the next option would become a part of this one.
  if (flag.includes('\\')) throw invalid(flag, 'holds a backslash; leave it out');
  const options: string[] = [];
  let from = 0;
  let quoted = false;
  for (let index = 0; index < flag.length; index += 1) {
    if (flag[index] === '"') quoted = !quoted;
    if (flag[index] !== ',' || quoted) continue;
    options.push(flag.slice(from, index));
    from = index + 1;
  }
  if (quoted) throw invalid(flag, 'has a double quote that is not closed');
  options.push(flag.slice(from));
  if (options.every((option) => OPTION.test(option))) return options;
  throw invalid(
    flag,
    'is not a mount option: write NAME or NAME=VALUE, and VALUE in double quotes if it has commas',
  );
}

const nameOf = (option: string): string => option.split('=', 1)[0] ?? '';

function refuseInternal(flag: string, option: string): void {
  const name = nameOf(option);
  const refusal = isFstabOnly(name) ? undefined : refusalOfOption(name);
  if (refusal !== undefined) throw invalid(flag, `is refused: ${refusal}`);
}

function checkOption(flag: string, option: string, alsoAllowed: readonly string[]): void {
  const name = nameOf(option);
  refuseInternal(flag, option);
  if (isFstabOnly(name) || alsoAllowed.includes(name)) return;
  if (!knownMountOptions.has(name)) {
    throw invalid(
      flag,
      `is refused: "${name}" is not an option of Lustre clients that the driver knows; known: ` +
        `${[...knownMountOptions.keys(), ...alsoAllowed].join(', ')}. The operator can allow more with ` +
        '--mount-options-allow',
    );
  }
  checkValue(flag, option, name);
}

/** Checks the form of a value: the client would refuse a wrong one with a general EINVAL. */
function checkValue(flag: string, option: string, name: string): void {
  const hasValue = option.length > name.length;
  const value = knownMountOptions.get(name);
  if (value === undefined) {
    if (hasValue) throw invalid(flag, `is refused: "${name}" takes no value`);
    return;
  }
  if (!hasValue && value.optional) return;
  if (!value.form.test(option.slice(name.length + 1))) {
    throw invalid(flag, `is refused: "${name}" needs ${value.words}`);
  }
}

/** Error that names the wrong flag; the other flags may be sensitive and are not repeated. */
const invalid = (flag: string, why: string): DriverError =>
  new DriverError('invalid-argument', `mount_flags: ${JSON.stringify(flag)} ${why}`);
