import { DriverError } from '../errors/driver-error.js';

/** Options for the internal use of mount.lustre and of servers (mount_lustre.c); users must not set them. */
const helperInternal = ['device', 'mgsnode', 'svname', 'osd', 'param', 'force'];
/** Options that make mount(8) do other work than one Lustre mount. */
const otherWork = ['bind', 'rbind', 'move', 'remount', 'loop', 'helper', 'uhelper'];

/** Options of fstab(5) for other programs than mount(8); they do not change the mount. */
const fstabOnly = ['_netdev', 'defaults', 'auto', 'noauto', 'nofail', 'comment'];

/** Options of Lustre clients without a value (mount.lustre(8)). */
const words = [
  ...['flock', 'noflock', 'localflock', 'user_xattr', 'nouser_xattr', 'lazystatfs', 'nolazystatfs'],
  ...[
    'user_fid2path',
    'nouser_fid2path',
    'always_ping',
    'encrypt',
    'noencrypt',
    'ro',
    'rw',
    'noatime',
    'relatime',
  ],
];
/** Options that need a value, and its form. */
const values: Readonly<Record<string, { readonly form: RegExp; readonly words: string }>> = {
  retry: { form: /^\d{1,5}$/, words: 'a number of attempts, such as retry=3' },
  network: { form: /^[a-z][a-z0-9]*$/, words: 'an LNet network, such as network=tcp1' },
  skpath: { form: /^\/./, words: 'an absolute path, such as skpath=/etc/lustre/client.key' },
  mgssec: { form: /^[A-Za-z0-9]+$/, words: 'a security flavour, such as mgssec=skpi' },
  exclude: { form: /^\S+$/, words: 'storage targets, such as exclude=lustrefs-OST0001' },
  ...Object.fromEntries(
    ['context', 'fscontext', 'defcontext', 'rootcontext'].map((name) => [
      name,
      {
        form: /^"?[^"\s]+"?$/,
        words: `an SELinux context, such as ${name}="system_u:object_r:container_file_t:s0"`,
      },
    ]),
  ),
};

const OPTION = /^[A-Za-z_][A-Za-z0-9_.-]*(?:=(?:"[^"]*"|[^",]*))?$/;
/** Limit of mount(2): one page. */
const MAX_OPTIONS = 4095;

/** Checks mount flags as far as possible without a mount: at CreateVolume, before anything is created.
 *  @throws DriverError invalid-argument naming the flag */
export function checkMountFlags(flags: readonly string[]): void {
  mountOptions(flags, false);
}

/**
 * Returns the options of `mount -o`, in the user's order. A flag is `name` or `name=value`, or several of them with commas,
 * as both Go drivers take them; commas inside double quotes belong to the value, and the quotes stay, since
 * mount(8) needs them (`context="system_u:object_r:container_file_t:s0:c1,c2"`). A read-only mount gets `ro`. Options
 * of fstab(5) alone (`_netdev`, `x-systemd.…`) are accepted and left out.
 * @throws DriverError invalid-argument naming the flag
 */
export function mountOptions(flags: readonly string[], readonly: boolean): readonly string[] {
  const options = flags.flatMap((flag) => splitFlag(flag));
  const effective = readonly
    ? [...options.filter((option) => option !== 'rw' && option !== 'ro'), 'ro']
    : options;
  if (effective.join(',').length > MAX_OPTIONS) {
    throw new DriverError(
      'invalid-argument',
      `mount_flags: all options together are longer than ${MAX_OPTIONS} bytes, the limit of the kernel; shorten them`,
    );
  }
  return effective;
}

/** Returns true if the flags request a read-only mount; of `ro` and `rw` the last one counts. */
export function requestsReadOnly(flags: readonly string[]): boolean {
  const last = mountOptions(flags, false).findLast((option) => option === 'ro' || option === 'rw');
  return last === 'ro';
}

function splitFlag(flag: string): readonly string[] {
  if (flag === '') throw invalid(flag, 'is empty; leave it out');
  if (/[\u0000-\u001f\u007f]/.test(flag)) throw invalid(flag, 'holds a control character');
  if ((flag.split('"').length - 1) % 2 !== 0) throw invalid(flag, 'has a double quote that is not closed');
  // A comma separates options if an even number of quotes follows it.
  const options = flag.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  for (const option of options) checkOption(flag, option);
  return options.filter((option) => !isFstabOnly(option));
}

function checkOption(flag: string, option: string): void {
  if (!OPTION.test(option)) {
    throw invalid(
      flag,
      'is not a mount option: write NAME or NAME=VALUE, and VALUE in double quotes if it has commas',
    );
  }
  const [name = ''] = option.split('=');
  checkValue(flag, option, name);
  if (helperInternal.includes(name)) {
    throw invalid(flag, `is refused: mount.lustre uses "${name}" internally; leave it out`);
  }
  if (otherWork.includes(name) || (/^x-/i.test(name) && !isFstabOnly(option))) {
    throw invalid(
      flag,
      `is refused: "${name}" makes mount(8) do something else than mount Lustre; leave it out`,
    );
  }
}

function isFstabOnly(option: string): boolean {
  const [name = ''] = option.split('=');
  return fstabOnly.includes(name) || name.startsWith('x-systemd.');
}

/** Checks the form of a value: the client would refuse a wrong one with a general EINVAL. */
function checkValue(flag: string, option: string, name: string): void {
  const hasValue = option.length > name.length;
  if (hasValue && words.includes(name)) throw invalid(flag, `is refused: "${name}" takes no value`);
  const needed = values[name];
  if (needed && !needed.form.test(option.slice(name.length + 1))) {
    throw invalid(flag, `is refused: "${name}" needs ${needed.words}`);
  }
}

/** Error that names the wrong flag; the other flags may be sensitive and are not repeated. */
const invalid = (flag: string, why: string): DriverError =>
  new DriverError('invalid-argument', `mount_flags: ${JSON.stringify(flag)} ${why}`);
