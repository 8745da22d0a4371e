import type { Seed } from '../seed.js';

/** The account whose quotas are listed. */
export interface QuotaAccount {
  readonly seed: Pick<Seed, 'region' | 'accountId' | 'backupQuota'>;
  /** File systems that it may have in each family. */
  readonly fileSystemQuota: number;
}

/** Prefix of X-Amz-Target of Service Quotas (API reference, 2019-06-24), whose protocol is that of FSx: JSON 1.1. */
export const quotasTarget = 'ServiceQuotasV20190624.';

/** Quotas of Amazon FSx for Lustre, as ListServiceQuotas shows them. */
export function listServiceQuotas({ seed, fileSystemQuota }: QuotaAccount, body: unknown): object {
  const { region, accountId, backupQuota } = seed;
  const { ServiceCode } = body as { readonly ServiceCode?: string };
  if (ServiceCode !== 'fsx') return { Quotas: [] };
  const quotas: readonly (readonly [name: string, value: number])[] = [
    ['Lustre Scratch file systems', fileSystemQuota],
    ['Lustre Persistent_1 file systems', fileSystemQuota],
    ['Lustre Persistent_2 file systems', fileSystemQuota],
    ['Lustre backups', backupQuota],
  ];
  return {
    Quotas: quotas.map(([QuotaName, Value], index) => {
      const QuotaCode = `L-${(0x10000000 + index).toString(16).toUpperCase()}`;
      return {
        ServiceCode,
        ServiceName: 'Amazon FSx',
        QuotaArn: `arn:aws:servicequotas:${region}:${accountId}:fsx/${QuotaCode}`,
        QuotaCode,
        QuotaName,
        Value,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      };
    }),
  };
}
