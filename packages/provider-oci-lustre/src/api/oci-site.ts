import type { OciConfig } from '../parameters/oci-config.js';
import type { InstanceFacts } from './instance-metadata.js';
import type { OciService } from './oci-operations.js';

/** Domain of the commercial realm. */
const USUAL_DOMAIN = 'oraclecloud.com';

const hosts: Readonly<Record<OciService, string>> = { lustre: 'lustre-file-storage', identity: 'identity' };

/** Place of the tenancy: what the settings leave open is that of the instance, which is queried when it is needed. */
export class OciSite {
  constructor(
    private readonly config: Pick<
      OciConfig,
      'region' | 'realmDomain' | 'lustreEndpoint' | 'identityEndpoint' | 'compartmentIds'
    >,
    private readonly instance: () => Promise<InstanceFacts>,
  ) {}

  /** Address of a service. @throws CredentialsError where the instance has to be asked and does not answer */
  async endpoint(service: OciService): Promise<URL> {
    const given = service === 'lustre' ? this.config.lustreEndpoint : this.config.identityEndpoint;
    return given ?? new URL(`https://${hosts[service]}.${await this.#region()}.oci.${await this.#domain()}`);
  }

  /** Address of the token service. @throws CredentialsError */
  async authUrl(): Promise<string> {
    return `https://auth.${await this.#region()}.${await this.#domain()}`;
  }

  /** Compartment of file systems whose StorageClass names none. @throws CredentialsError */
  async compartmentId(): Promise<string> {
    return this.config.compartmentIds[0] ?? (await this.instance()).compartmentId;
  }

  async #region(): Promise<string> {
    return this.config.region ?? (await this.instance()).region;
  }

  async #domain(): Promise<string> {
    if (this.config.realmDomain !== undefined) return this.config.realmDomain;
    return this.config.region === undefined ? (await this.instance()).realmDomain : USUAL_DOMAIN;
  }
}
