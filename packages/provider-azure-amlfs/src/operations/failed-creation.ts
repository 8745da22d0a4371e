interface Advice {
  /** Pattern of Azure's code or message. */
  readonly about: RegExp;
  readonly next: string;
}

/** Next steps by the codes with which Microsoft.StorageCache fails an accepted creation. */
const advice: readonly Advice[] = [
  {
    about: /quota/i,
    next: 'request a higher quota from Azure in the location',
  },
  {
    about: /KeyVault|encryption/i,
    next: 'check key-vault-key-url, and that an identity of `identities` may use the key',
  },
  {
    about: /Subnet|Network|IpAddress/i,
    next: 'check the subnet: its free addresses, its network security group and its routes',
  },
  {
    about: /Allocation|Capacity|SkuNotAvailable/i,
    next: 'Azure has no capacity for it now: choose another zone, location or SKU',
  },
];

const usual =
  'check Azure Service Health for the location, check that the subnet reaches Azure (its network security group and ' +
  'routes), choose another zone or location, or contact Azure support';

/** Adds the next step of the operator to Azure's reason of a failed creation. */
export function explainFailedCreation(reason: string): string {
  const { next } = advice.find(({ about }) => about.test(reason)) ?? { next: usual };
  return `${reason.replace(/\.$/, '')} (${next})`;
}
