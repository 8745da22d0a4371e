import { createSign, generateKeyPairSync } from 'node:crypto';

/** Key and self-signed certificate for 127.0.0.1, both PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** X.690 DER: tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);
const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));
const TRUE = der(0x01, bytes('ff'));

const ecdsaWithSha256 = sequence(der(0x06, bytes('2a8648ce3d040302')));
const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, bytes('550403')), der(0x0c, Buffer.from(name)))));

/** RFC 5280: an authority (basicConstraints), for loopback and these names (subjectAltName). */
const extensionsFor = (dnsNames: readonly string[]): Buffer => {
  const names = dnsNames.map((name) => der(0x82, Buffer.from(name)));
  const alternatives = sequence(der(0x87, Buffer.from([127, 0, 0, 1])), ...names);
  return der(
    0xa3,
    sequence(
      sequence(der(0x06, bytes('551d13')), TRUE, der(0x04, sequence(TRUE))),
      sequence(der(0x06, bytes('551d11')), der(0x04, alternatives)),
    ),
  );
};

/** Creates a self-signed certificate, which is both the authority's and the server's.
 *  @param dnsNames names of the server beside 127.0.0.1 */
export function selfSigned(name: string, dnsNames: readonly string[] = []): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = sequence(
    der(0xa0, der(0x02, bytes('02'))),
    der(0x02, bytes('01')),
    ecdsaWithSha256,
    commonName(name),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensionsFor(dnsNames),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(privateKey);
  const certificate = sequence(toBeSigned, ecdsaWithSha256, der(0x03, bytes('00'), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
