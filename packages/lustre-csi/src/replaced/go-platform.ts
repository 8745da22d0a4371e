/** Name of Go for an architecture, by that of Node.js. */
const goArchitectures: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
]);

/** Platform as Go programs print it: `linux/amd64`. */
export const goPlatform = (): string =>
  `${process.platform}/${goArchitectures.get(process.arch) ?? process.arch}`;

/** Fields of the version of a Go driver that this driver has no value for; those drivers print the same words for a build
 *  without them. */
export const notAvailable = 'N/A';
