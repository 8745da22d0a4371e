import * as z from 'zod/mini';
import { DriverError } from '@lustre-csi/core';

/** Ids that root squash maps to; 0 would be root itself. */
export const squashIds = { min: 1, max: 4_294_967_295 };

export const squashModes = ['NO_SQUASH', 'ROOT_SQUASH'] as const;

/** Exception for some clients (google.cloud.lustre.v1, AccessRulesOptions.AccessRule). */
export interface AccessRule {
  readonly name: string;
  readonly ipAddressRanges: readonly string[];
  readonly squashMode: string;
}

/** Access rules in the form of the API. */
export interface AccessRulesOptions {
  readonly accessRules?: readonly AccessRule[] | undefined;
  readonly defaultSquashMode: string;
  readonly defaultSquashUid?: number | undefined;
  readonly defaultSquashGid?: number | undefined;
}

/** Given parameters of the access rules. */
export interface AccessParameters {
  readonly squashMode?: string | undefined;
  readonly squashUid?: number | undefined;
  readonly squashGid?: number | undefined;
  readonly accessRules?: readonly AccessRule[] | undefined;
}

const rules = z.array(
  z.strictObject({
    name: z.string().check(z.regex(/^[a-z][a-z0-9_-]{0,15}$/)),
    ipAddressRanges: z.array(z.string().check(z.regex(/^[0-9.]+(\/[0-9]{1,2})?$/))).check(z.minLength(1)),
    squashMode: z.enum(squashModes),
  }),
);

/** Reads the `accessRules` parameter, a JSON array. @throws Error naming the element */
export function parseAccessRules(text: string): readonly AccessRule[] {
  const parsed = z.safeParse(rules, json(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`element ${issue?.path.join('.') ?? ''} is wrong`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

/** Computes the access rules that the parameters request. Members that they do not name stay unchanged.
 *  @returns undefined where they name none
 *  @throws DriverError invalid-argument for ids without root squash */
export function accessRulesFor(
  given: AccessParameters,
  current?: AccessRulesOptions,
): AccessRulesOptions | undefined {
  const requested = defined({
    defaultSquashMode: given.squashMode,
    defaultSquashUid: given.squashUid,
    defaultSquashGid: given.squashGid,
    accessRules: given.accessRules,
  });
  if (Object.keys(requested).length === 0) return undefined;
  const merged = { defaultSquashMode: 'NO_SQUASH', ...current, ...requested };
  const { defaultSquashMode, accessRules = [], ...ids } = merged;
  const wanted = { ...(accessRules.length > 0 ? { accessRules } : {}), defaultSquashMode };
  if (defaultSquashMode !== 'NO_SQUASH') return { ...wanted, ...ids };
  if (given.squashUid === undefined && given.squashGid === undefined) return wanted;
  throw new DriverError('invalid-argument', 'squashUid and squashGid need squashMode "ROOT_SQUASH"');
}

const defined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Reports whether two settings have the same meaning. An instance without any has no root squash. */
export const sameAccessRules = (a: AccessRulesOptions | undefined, b: AccessRulesOptions): boolean =>
  spelled(a) === spelled(b);

function spelled(options: AccessRulesOptions | undefined): string {
  const {
    defaultSquashMode = 'NO_SQUASH',
    defaultSquashUid,
    defaultSquashGid,
    accessRules = [],
  } = options ?? {};
  const named = accessRules.map(({ name, ipAddressRanges, squashMode }) => [
    name,
    squashMode,
    ...ipAddressRanges,
  ]);
  return JSON.stringify([defaultSquashMode, defaultSquashUid ?? 0, defaultSquashGid ?? 0, named]);
}
