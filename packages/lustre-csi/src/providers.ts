import type { ProviderPlugin } from '@lustre-csi/core';
import { awsFsx } from '@lustre-csi/provider-aws-fsx';
import { azureAmlfs } from '@lustre-csi/provider-azure-amlfs';
import { genericLustre } from '@lustre-csi/provider-generic';

/** Every provider that the executable knows: a new one is its package and its line here. */
export const providers: readonly ProviderPlugin[] = [awsFsx, azureAmlfs, genericLustre];
