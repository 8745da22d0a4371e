import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { googleSeed } from './seed.js';

/**
 * Variables with which Google's libraries and the driver reach the emulated project: credentials of workload identity
 * federation, the metadata server, and the endpoint in the spelling of gcloud. Writes the files that they name.
 * @param url origin of the emulator's plain HTTP server
 */
export function googleEnvironment(directory: string, url: string): Record<string, string> {
  const credentials = join(directory, 'google-credentials.json');
  const subjectToken = join(directory, 'google-subject-token');
  writeFileSync(subjectToken, googleSeed.subjectToken);
  writeFileSync(credentials, `${JSON.stringify(externalAccount(url, subjectToken), undefined, 2)}\n`);
  return {
    GOOGLE_APPLICATION_CREDENTIALS: credentials,
    GCE_METADATA_HOST: new URL(url).host,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_LUSTRE: `${url}/`,
  };
}

/** Settings of a developer's own project that would win over the emulator's. */
export const foreignGoogleVariables = [
  ...['GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT', 'GCE_METADATA_IP', 'CLOUDSDK_CORE_PROJECT'],
];

/** Credential configuration as `gcloud iam workload-identity-pools create-cred-config` writes it. */
const externalAccount = (url: string, file: string): object => ({
  universe_domain: 'googleapis.com',
  type: 'external_account',
  audience: googleSeed.identityProvider,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: `${url}/v1/token`,
  credential_source: { file, format: { type: 'text' } },
});
