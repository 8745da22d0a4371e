interface Advice {
  /** Azure's code or words. */
  readonly about: RegExp;
  readonly next: string;
}

/** By the codes with which Microsoft.StorageCache fails the operation of a creation that it had accepted. */
const advice: readonly Advice[] = [
  {
    about: /quota/i,
    next: 'ask Azure for a higher quota in the location',
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
    next: 'Azure has no servers for it now: try another zone, location or SKU',
  },
];

const usual =
  'look at Azure Service Health for the location, check that the subnet reaches Azure (its network security group and ' +
  'routes), try another zone or location, or ask Azure’s support';

/** Azure's reason of a creation that has failed, with what the operator does next. */
export function explainFailedCreation(reason: string): string {
  const { next } = advice.find(({ about }) => about.test(reason)) ?? { next: usual };
  return `${reason.replace(/\.$/, '')} (${next})`;
}
