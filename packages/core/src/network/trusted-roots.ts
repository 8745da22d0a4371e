import { X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors/configuration-error.js';
import { messageOf } from '../errors/driver-error.js';
import type { ReadVariable } from './environment.js';

/** Places in which programs in Go look on Linux (crypto/x509, root_linux.go). The first file that can be read counts, and all
 *  directories. */
const standardFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const standardDirectories = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the authorities of SSL_CERT_FILE and SSL_CERT_DIR as programs in Go do: each variable replaces its standard place, and
 *  not the other one. Those of NODE_EXTRA_CA_CERTS are trusted as well.
 *  @returns PEM certificates; undefined if neither is set, for the authorities of Node.js
 *  @throws ConfigurationError if there is no certificate at all */
export function trustedRoots(variable: ReadVariable): readonly string[] | undefined {
  const [file, directories] = [variable('SSL_CERT_FILE'), variable('SSL_CERT_DIR')];
  if (file === undefined && directories === undefined) return undefined;
  const first = (file === undefined ? standardFiles : [file]).map(readOrUndefined).find((text) => text);
  const others = (directories?.split(':') ?? standardDirectories).flatMap(filesIn).map(readOrUndefined);
  // Node.js adds these to its own authorities only, which a list replaces.
  const extra = readOrUndefined(variable('NODE_EXTRA_CA_CERTS') ?? '');
  const found = certificatesIn([first, ...others, extra].join('\n'));
  if (found.length > 0) return found;
  throw new ConfigurationError(
    'SSL_CERT_FILE and SSL_CERT_DIR name no readable PEM certificate: correct them, or leave both out',
  );
}

/** Reads a bundle that replaces all other authorities (AWS_CA_BUNDLE).
 *  @throws ConfigurationError naming the variable */
export function bundleIn(variable: ReadVariable, name: string): readonly string[] | undefined {
  const file = variable(name);
  if (file === undefined) return undefined;
  let found: readonly string[];
  try {
    found = certificatesIn(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`cannot read ${name} (${messageOf(error)}): write the path of a PEM file`);
  }
  if (found.length > 0) return found;
  throw new ConfigurationError(`${name} (${file}) contains no PEM certificate`);
}

/** Certificates that OpenSSL can read, each once; programs in Go leave out the others, too. A directory of authorities has each
 *  of them up to four times, and to read one takes a third of a millisecond. */
const certificatesIn = (text: string): readonly string[] =>
  [...new Set(text.match(CERTIFICATE))].filter(isReadable);

function isReadable(certificate: string): boolean {
  try {
    new X509Certificate(certificate);
    return true;
  } catch {
    return false;
  }
}

const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
};

const readOrUndefined = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
