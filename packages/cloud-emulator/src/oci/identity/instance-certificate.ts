import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { OciSeed } from '../seed.js';

/** Certificate of an instance, with which it proves to be one. */
export interface InstanceCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly intermediatePem: string;
  /** SHA-256 of the certificate, in pairs of digits. */
  readonly fingerprint: string;
}

/** Creates the certificate of the seed's instance. Its subject names tenancy, compartment and instance, as real ones. */
export async function makeInstanceCertificate({
  tenancyId,
  instance,
}: OciSeed): Promise<InstanceCertificate> {
  const authority = await generate([{ name: 'commonName', value: 'PKISVC Identity Intermediate' }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const subject = [
    { shortName: 'CN', value: instance.id },
    { shortName: 'OU', value: 'opc-certtype:instance' },
    { shortName: 'OU', value: `opc-compartment:${instance.compartmentId}` },
    { shortName: 'OU', value: `opc-instance:${instance.id}` },
    { shortName: 'OU', value: `opc-tenant:${tenancyId}` },
  ];
  const own = await generate(subject, {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
  });
  return {
    certPem: own.cert,
    keyPem: own.private,
    intermediatePem: authority.cert,
    fingerprint: new X509Certificate(own.cert).fingerprint256,
  };
}
