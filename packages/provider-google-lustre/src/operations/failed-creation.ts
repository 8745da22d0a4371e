interface Advice {
  /** Pattern of Google's code or message. */
  readonly about: RegExp;
  readonly next: string;
}

/** Next steps by the words with which Managed Lustre fails an accepted creation. */
const advice: readonly Advice[] = [
  { about: /quota/i, next: 'request a higher quota of Managed Lustre in the zone from Google' },
  {
    about: /RESOURCE_EXHAUSTED|UNAVAILABLE|stock|enough resources|capacity/i,
    next: 'Google has no capacity for it now: choose another zone (allowedTopologies), another throughput, or wait',
  },
  {
    about: /kms|crypto/i,
    next: 'check kmsKey, and that the service agent of Managed Lustre has the role Cloud KMS CryptoKey Encrypter/Decrypter',
  },
  {
    about: /network|peer|range|address/i,
    next: 'check private services access of the network: its allocated range needs a free /23',
  },
];

const usual = 'check the status of Google Cloud for the zone, choose another zone, or contact Google support';

/** Adds the next step of the operator to Google's reason of a failed creation. */
export function explainFailedCreation(reason: string): string {
  const { next } = advice.find(({ about }) => about.test(reason)) ?? { next: usual };
  return `${reason.replace(/\.$/, '')} (${next})`;
}
