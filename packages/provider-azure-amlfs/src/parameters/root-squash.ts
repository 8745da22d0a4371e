import { DriverError } from '@lustre-csi/core';

/** Range of ids: Microsoft.StorageCache 2024-03-01, AmlFilesystemRootSquashSettings, squashUID and squashGID. */
export const squashIds = { min: 1, max: 4_294_967_295 };

/** Given parameters of root squash. */
export interface RootSquashParameters {
  readonly 'root-squash-mode'?: string | undefined;
  readonly 'root-squash-uid'?: number | undefined;
  readonly 'root-squash-gid'?: number | undefined;
  readonly 'no-squash-nids'?: readonly string[] | undefined;
}

/** Root squash in ARM's form; Azure chooses absent members. */
export interface RootSquash {
  readonly mode: string;
  readonly squashUID?: number | undefined;
  readonly squashGID?: number | undefined;
  /** NIDs of Lustre, separated by semicolons. */
  readonly noSquashNidLists?: string | undefined;
}

/** Computes the setting that the parameters request. Members that they do not name stay unchanged.
 *  @returns undefined where they name none
 *  @throws DriverError invalid-argument where no mode is known */
export function rootSquashFor(given: RootSquashParameters, current?: RootSquash): RootSquash | undefined {
  const requested = {
    mode: given['root-squash-mode'],
    squashUID: given['root-squash-uid'],
    squashGID: given['root-squash-gid'],
    noSquashNidLists: given['no-squash-nids']?.join(';'),
  };
  const named = Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== undefined));
  if (Object.keys(named).length === 0) return undefined;
  const { mode } = { ...current, ...named } as Partial<RootSquash>;
  if (mode !== undefined) return { ...current, ...named, mode };
  throw new DriverError(
    'invalid-argument',
    'root-squash-uid, root-squash-gid and no-squash-nids need root-squash-mode: RootOnly or All',
  );
}

/** Reports whether two settings have the same meaning for clients. */
export function sameRootSquash(a: RootSquash | undefined, b: RootSquash | undefined): boolean {
  return spelled(a) === spelled(b);
}

function spelled(squash: RootSquash | undefined): string {
  // Without squash, the other members have no meaning.
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
