import {
  ClientSecretCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { CommonClientOptions } from '@azure/core-client';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { isWellKnownAuthority } from '../parameters/clouds.js';
import { givingUp } from './bounded-credential.js';
import type { Identity } from './credentials.js';

/**
 * Creates the credential of an identity. Instance discovery is disabled exactly where the authority belongs to none of the public and sovereign clouds.
 * @param authorityHost address of the authority that issues its tokens
 * @param pipeline options of the credential's HTTP requests: TLS, proxy, retries
 */
export function createCredential(
  identity: Identity,
  authorityHost: string,
  pipeline: CommonClientOptions,
): TokenCredential {
  const options = {
    ...pipeline,
    httpClient: givingUp(pipeline.httpClient ?? createDefaultHttpClient()),
    authorityHost,
    ...(isWellKnownAuthority(authorityHost) ? {} : { disableInstanceDiscovery: true }),
  };
  switch (identity.kind) {
    case 'workload':
      return new WorkloadIdentityCredential({
        ...options,
        tenantId: identity.tenantId,
        clientId: identity.clientId,
        tokenFilePath: identity.tokenFile,
      });
    case 'managed':
      return identity.resourceId === undefined
        ? new ManagedIdentityCredential({
            ...options,
            ...(identity.clientId ? { clientId: identity.clientId } : {}),
          })
        : new ManagedIdentityCredential({ ...options, resourceId: identity.resourceId });
    case 'secret':
      return new ClientSecretCredential(identity.tenantId, identity.clientId, identity.secret, options);
  }
}
