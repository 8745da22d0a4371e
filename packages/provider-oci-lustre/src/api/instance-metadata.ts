import { messageOf } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { CredentialsError } from './credentials.js';
import type { HttpExchange } from './http-exchange.js';

/** Address of the metadata service on every instance. */
export const METADATA_URL = 'http://169.254.169.254/opc/v2';

/** Location of this instance. */
export interface InstanceFacts {
  readonly region: string;
  readonly realmDomain: string;
  readonly compartmentId: string;
}

const instance = z.object({
  compartmentId: z.string(),
  regionInfo: z.object({ regionIdentifier: z.string(), realmDomainComponent: z.string() }),
});

/** Instance metadata service, version 2. */
export class InstanceMetadata {
  #facts: Promise<InstanceFacts> | undefined;

  constructor(
    private readonly send: HttpExchange,
    private readonly base: string = METADATA_URL,
  ) {}

  /** Region, realm and compartment of this instance. @throws CredentialsError */
  facts(): Promise<InstanceFacts> {
    this.#facts ??= this.#read().catch((error: unknown) => {
      this.#facts = undefined;
      throw error;
    });
    return this.#facts;
  }

  async #read(): Promise<InstanceFacts> {
    const parsed = z.safeParse(instance, jsonIn(await this.text('instance/')));
    if (!parsed.success) throw unusable(`${this.base}/instance/ does not describe an instance`);
    const { compartmentId, regionInfo } = parsed.data;
    return {
      region: regionInfo.regionIdentifier,
      realmDomain: regionInfo.realmDomainComponent,
      compartmentId,
    };
  }

  /** One document. @throws CredentialsError */
  async text(path: string): Promise<string> {
    const url = new URL(`${this.base}/${path}`);
    const request = { method: 'GET', url, headers: { authorization: 'Bearer Oracle' } };
    const answer = await this.send(request).catch((error: unknown) => {
      throw unusable(`${url.href} cannot be reached: ${messageOf(error)}`);
    });
    if (answer.status !== 200) throw unusable(`${url.href} was answered with HTTP ${answer.status}`);
    return answer.body;
  }
}

const unusable = (why: string): CredentialsError =>
  new CredentialsError(
    `the instance metadata of OCI is needed and ${why}; run the controller on an OCI instance, or set --oci-auth, ` +
      '--oci-region and --oci-compartment-id',
  );

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
