import { ArmError } from './arm-error.js';

type Kind = 'reads' | 'writes' | 'deletes';

/** ARM's token buckets for one subscription, principal and region. */
const buckets: Readonly<Record<Kind, { readonly size: number; readonly perSecond: number }>> = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
};

/** Factor by which the quota of all principals of a subscription together is larger. */
const globalFactor = 15;

/** Remainder of ARM's request quota, with the headers that report it to callers. */
export class RateLimits {
  readonly #spent: Record<Kind, { amount: number; at: number }>;

  /** @param enforced true where an empty bucket refuses calls; otherwise it is only reported */
  constructor(
    private readonly now: () => number,
    private readonly enforced: boolean,
  ) {
    const at = now();
    this.#spent = {
      reads: { amount: 0, at },
      writes: { amount: 0, at },
      deletes: { amount: 0, at },
    };
  }

  /** Counts a call of this HTTP method. @throws ArmError 429 with Retry-After where the bucket is empty */
  count(method: string, subscriptionId: string): void {
    const kind = kindOf(method);
    const spent = this.#refilled(kind);
    if (spent.amount + 1 > buckets[kind].size) {
      if (this.enforced) throw throttled(kind, subscriptionId);
      return;
    }
    spent.amount += 1;
  }

  headers(method: string): Readonly<Record<string, string>> {
    const kind = kindOf(method);
    const { amount } = this.#refilled(kind);
    const { size } = buckets[kind];
    return {
      [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(size - amount)),
      [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(
        Math.floor(size * globalFactor - amount),
      ),
    };
  }

  #refilled(kind: Kind): { amount: number; at: number } {
    const spent = this.#spent[kind];
    const seconds = (this.now() - spent.at) / 1000;
    spent.amount = Math.max(0, spent.amount - seconds * buckets[kind].perSecond);
    spent.at = this.now();
    return spent;
  }
}

function kindOf(method: string): Kind {
  if (method === 'GET') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

const throttled = (kind: Kind, subscriptionId: string): ArmError =>
  new ArmError(
    429,
    'SubscriptionRequestsThrottled',
    `Number of '${kind}' requests for subscription '${subscriptionId}' exceeded the limit. ` +
      "Please try again after '1' seconds.",
    { headers: { 'Retry-After': '1' } },
  );
