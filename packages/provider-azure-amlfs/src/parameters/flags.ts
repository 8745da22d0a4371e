import type { FlagDefinition } from '@lustre-csi/core';

export const configFileFlag = {
  name: 'azure-config-file',
  type: 'string',
  description: 'Cloud provider configuration of Kubernetes for Azure.',
  environment: 'AZURE_CONFIG_FILE',
  default: '/etc/kubernetes/azure.json',
  valueName: 'FILE',
} as const satisfies FlagDefinition;
