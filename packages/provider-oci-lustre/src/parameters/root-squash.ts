import { DriverError } from '@lustre-csi/core';

/** Given parameters of root squash. */
export interface RootSquashParameters {
  readonly rootSquashEnabled?: boolean | undefined;
  readonly rootSquashUid?: number | undefined;
  readonly rootSquashGid?: number | undefined;
  readonly rootSquashClientExceptions?: readonly string[] | undefined;
}

/** Root squash in OCI's form (RootSquashConfiguration). OCI takes 65534 for absent ids. */
export interface RootSquash {
  readonly identitySquash?: string | undefined;
  readonly squashUid?: number | undefined;
  readonly squashGid?: number | undefined;
  readonly clientExceptions?: readonly string[] | undefined;
}

const SQUASHED = 'ROOT';

/** Computes the setting that the parameters request; members that they do not name stay as they are.
 *  @returns undefined where they name none
 *  @throws DriverError invalid-argument for ids or exceptions without root squash */
export function rootSquashFor(given: RootSquashParameters, current: RootSquash = {}): RootSquash | undefined {
  const { rootSquashEnabled, rootSquashUid, rootSquashGid, rootSquashClientExceptions } = given;
  const members = {
    squashUid: rootSquashUid,
    squashGid: rootSquashGid,
    clientExceptions: rootSquashClientExceptions,
  };
  const named = Object.entries(members).filter(([, value]) => value !== undefined);
  if (rootSquashEnabled === undefined && named.length === 0) return undefined;
  const isEnabled = rootSquashEnabled ?? current.identitySquash === SQUASHED;
  // Oracle's driver ignores the other parameters here; in a StorageClass for all tiers they do no harm.
  if (rootSquashEnabled === false) return { identitySquash: 'NONE' };
  if (isEnabled) return { ...current, ...Object.fromEntries(named), identitySquash: SQUASHED };
  throw new DriverError(
    'invalid-argument',
    'rootSquashUid, rootSquashGid and rootSquashClientExceptions need rootSquashEnabled: "true"',
  );
}

/** Reports whether two settings have the same meaning for clients. */
export const sameRootSquash = (a: RootSquash | undefined, b: RootSquash | undefined): boolean =>
  spelled(a) === spelled(b);

const DEFAULT_ID = 65534;

function spelled(squash: RootSquash = {}): string {
  const { identitySquash, squashUid = DEFAULT_ID, squashGid = DEFAULT_ID, clientExceptions = [] } = squash;
  return identitySquash === SQUASHED
    ? JSON.stringify([squashUid, squashGid, [...clientExceptions].sort()])
    : '';
}
