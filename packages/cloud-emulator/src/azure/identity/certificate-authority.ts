import { generate } from 'selfsigned';

/** A certificate authority of the emulator's own, and the certificate it has given to its HTTPS server. */
export interface CertificateAuthority {
  /** Certificate for `NODE_EXTRA_CA_CERTS`, or the `ca` option of a TLS client. */
  readonly caPem: string;
  readonly certificate: {
    readonly certPem: string;
    readonly keyPem: string;
  };
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Creates an authority and a server certificate for `127.0.0.1`, `::1`, `localhost` and, for clients that reach it through a
 * proxy, `*.lustre.test`. Neither is written to disk.
 * The authority's key is discarded at once, so it can sign no other certificate.
 */
export async function makeCertificateAuthority(): Promise<CertificateAuthority> {
  const validity = validPeriod();
  const authority = await generate([{ name: 'commonName', value: 'Lustre cloud emulator CA' }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: '*.lustre.test' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { caPem: authority.cert, certificate: { certPem: server.cert, keyPem: server.private } };
}

/** Period from a day ago, for clocks that differ, to a month ahead. */
const validPeriod = (): { notBeforeDate: Date; notAfterDate: Date } => ({
  notBeforeDate: new Date(Date.now() - dayMilliseconds),
  notAfterDate: new Date(Date.now() + 30 * dayMilliseconds),
});
