/** Options of lfs-setstripe(1) that say how new files are laid out, and the form of their values. */
const options = new Map<string, RegExp>(
  Object.entries({
    '-c': /^-?\d+$/,
    '--stripe-count': /^-?\d+$/,
    '-C': /^-?\d+$/,
    '--overstripe-count': /^-?\d+$/,
    '-S': /^\d+[kKmMgG]?$/,
    '--stripe-size': /^\d+[kKmMgG]?$/,
    '-i': /^-?\d+$/,
    '--stripe-index': /^-?\d+$/,
    '-p': /^[A-Za-z0-9._-]{1,15}$/,
    '--pool': /^[A-Za-z0-9._-]{1,15}$/,
    '-E': /^(?:-1|eof|EOF|\d+[kKmMgGtT]?)$/,
    '--component-end': /^(?:-1|eof|EOF|\d+[kKmMgGtT]?)$/,
    '-L': /^(?:raid0|mdt)$/,
    '--layout': /^(?:raid0|mdt)$/,
  }),
);

/** Reads a layout as `lfs setstripe` takes it: pairs of an option and its value, no path, nothing else.
 *  @throws Error that names the cause */
export function parseStripeLayout(text: string): readonly string[] {
  const words = text.trim().split(/\s+/);
  if (words[0] === '') throw new Error('it is empty');
  for (let index = 0; index < words.length; index += 2) {
    const [option = '', value] = words.slice(index, index + 2);
    const form = options.get(option);
    if (!form)
      throw new Error(`"${option}" is not a layout option; known are ${[...options.keys()].join(' ')}`);
    if (value === undefined) throw new Error(`${option} has no value`);
    if (!form.test(value)) throw new Error(`"${value}" is not a value of ${option}`);
  }
  return words;
}
