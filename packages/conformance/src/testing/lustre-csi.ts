import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  startDriverProcess,
  type DriverProcess,
  type DriverProcessOptions,
} from '@lustre-csi/driver/testing';

/** JavaScript file of `lustre-csi`. */
export const executable = fileURLToPath(
  new URL('./bin/lustre-csi.js', import.meta.resolve('@lustre-csi/lustre-csi/package.json')),
);

/** Starts `lustre-csi` and returns when it serves.
 *  @throws Error with its output, if it ends instead; Error if its bundle is not of the present code */
export async function startLustreCsi(
  options: Omit<DriverProcessOptions, 'executable'> & { readonly driverName: string },
): Promise<DriverProcess> {
  refuseOldBundle();
  return startDriverProcess({ ...options, executable });
}

let isCurrent = false;

/** A change of a package reaches the executable by its bundle only: without this look, specs would test an earlier driver. */
function refuseOldBundle(): void {
  if (isCurrent) return;
  const metafile = new URL('../dist/bundle-metafile.json', pathToFileURL(executable));
  const { sources } = JSON.parse(readFileSync(metafile, 'utf8')) as {
    readonly sources: Readonly<Record<string, string>>;
  };
  const changed = Object.keys(sources).filter((source) => {
    const text = readFileSync(new URL(`../${source}`, pathToFileURL(executable)));
    return createHash('sha256').update(text).digest('hex') !== sources[source];
  });
  if (changed.length > 0) {
    throw new Error(
      `the bundle of lustre-csi is older than ${changed.slice(0, 3).join(', ')}: run "npm run build", or ` +
        '"node packages/lustre-csi/build-bundle.mjs" once tsc has built the packages',
    );
  }
  isCurrent = true;
}

export type { DriverProcess };
