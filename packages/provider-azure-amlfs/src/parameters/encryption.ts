import { DriverError } from '@lustre-csi/core';

/** Given parameters of the customer-managed key. */
export interface EncryptionParameters {
  readonly 'key-vault-key-url'?: string | undefined;
  readonly 'key-vault-id'?: string | undefined;
}

/** ARM's `encryptionSettings.keyEncryptionKey`. */
export interface EncryptionKey {
  readonly keyUrl: string;
  readonly sourceVault: { readonly id: string };
}

/** Derives the key from the parameters.
 *  @throws DriverError invalid-argument where only one of them was given */
export function encryptionKeyFor(given: EncryptionParameters): EncryptionKey | undefined {
  const keyUrl = given['key-vault-key-url'];
  const id = given['key-vault-id'];
  if (keyUrl === undefined && id === undefined) return undefined;
  if (keyUrl !== undefined && id !== undefined) return { keyUrl, sourceVault: { id } };
  throw new DriverError(
    'invalid-argument',
    'key-vault-key-url and key-vault-id belong together: give both, the key and its vault',
  );
}

/** Reports whether the shown key is the wanted one. ARM ignores case in resource ids; a wanted URL without a version
 *  matches every version of the key. */
export function isKey(shown: EncryptionKey | undefined, wanted: EncryptionKey): boolean {
  if (shown?.sourceVault.id.toLowerCase() !== wanted.sourceVault.id.toLowerCase()) return false;
  const [url, wantedUrl] = [shown.keyUrl.toLowerCase(), wanted.keyUrl.toLowerCase()];
  return url === wantedUrl || (!VERSIONED.test(wantedUrl) && url.startsWith(`${wantedUrl}/`));
}

const VERSIONED = /\/keys\/[^/]+\/[^/]+$/;
