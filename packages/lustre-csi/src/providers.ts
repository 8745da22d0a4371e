import type { ProviderPlugin } from '@lustre-csi/core';
import { awsFsx } from '@lustre-csi/provider-aws-fsx/plugin';
import { azureAmlfs } from '@lustre-csi/provider-azure-amlfs/plugin';
import { genericLustre } from '@lustre-csi/provider-generic/plugin';
import { googleLustre } from '@lustre-csi/provider-google-lustre/plugin';
import { ociLustre } from '@lustre-csi/provider-oci-lustre/plugin';

/** All providers of the executable: a new one needs its package and a line here. */
export const providers: readonly ProviderPlugin[] = [
  awsFsx,
  azureAmlfs,
  googleLustre,
  ociLustre,
  genericLustre,
];
