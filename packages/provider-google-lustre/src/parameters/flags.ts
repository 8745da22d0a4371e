import type { FlagDefinition } from '@lustre-csi/core';

/** Cloud provider configuration of Kubernetes for Compute Engine. */
export const cloudConfigFlag = {
  name: 'cloud-config',
  type: 'string',
  valueName: 'FILE',
  description:
    'file gce.conf with project-id and zone of the section [global]. Default: project and zone of the metadata server',
} as const satisfies FlagDefinition;

export const endpointFlag = {
  name: 'lustre-endpoint',
  type: 'string',
  valueName: 'prod|staging|autopush|URL',
  environment: 'CLOUDSDK_API_ENDPOINT_OVERRIDES_LUSTRE',
  description: 'endpoint of the Managed Lustre API. Default: prod, which is https://lustre.googleapis.com',
} as const satisfies FlagDefinition;

export const legacyPortFlag = {
  name: 'enable-legacy-lustre-port',
  type: 'boolean',
  default: 'false',
  description:
    'creates instances with gkeSupportEnabled, whose servers listen on port 6988, for clients that cannot use 988',
} as const satisfies FlagDefinition;
