import { DriverError } from '@lustre-csi/core';

/** Microsoft.StorageCache 2024-03-01, AmlFilesystemRootSquashSettings: squashUID and squashGID. */
export const squashIds = { min: 1, max: 4_294_967_295 };

/** Parameters of root squash that were given. */
export interface RootSquashParameters {
  readonly 'root-squash-mode'?: string | undefined;
  readonly 'root-squash-uid'?: number | undefined;
  readonly 'root-squash-gid'?: number | undefined;
  readonly 'no-squash-nids'?: readonly string[] | undefined;
}

/** As ARM has it; what it leaves out is Azure's choice. */
export interface RootSquash {
  readonly mode: string;
  readonly squashUID?: number | undefined;
  readonly squashGID?: number | undefined;
  /** NIDs of Lustre, separated by semicolons. */
  readonly noSquashNidLists?: string | undefined;
}

/** The setting that the parameters ask for. What they do not name stays as it is.
 *  @returns undefined where they name nothing
 *  @throws DriverError invalid-argument where no mode is known */
export function rootSquashFor(given: RootSquashParameters, current?: RootSquash): RootSquash | undefined {
  const asked = {
    mode: given['root-squash-mode'],
    squashUID: given['root-squash-uid'],
    squashGID: given['root-squash-gid'],
    noSquashNidLists: given['no-squash-nids']?.join(';'),
  };
  const named = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  if (Object.keys(named).length === 0) return undefined;
  const { mode } = { ...current, ...named } as Partial<RootSquash>;
  if (mode !== undefined) return { ...current, ...named, mode };
  throw new DriverError(
    'invalid-argument',
    'root-squash-uid, root-squash-gid and no-squash-nids need root-squash-mode: RootOnly or All',
  );
}

/** Whether two settings mean the same to clients. */
export function sameRootSquash(a: RootSquash | undefined, b: RootSquash | undefined): boolean {
  return spelled(a) === spelled(b);
}

function spelled(squash: RootSquash | undefined): string {
  // Nobody is squashed: then the rest means nothing.
  if (!squash || squash.mode.toLowerCase() === 'none') return '';
  const nids = (squash.noSquashNidLists ?? '')
    .split(';')
    .map((nid) => nid.trim())
    .filter((nid) => nid !== '')
    .sort();
  return JSON.stringify([
    squash.mode.toLowerCase(),
    squash.squashUID ?? null,
    squash.squashGID ?? null,
    nids,
  ]);
}
