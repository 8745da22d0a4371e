import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { API_ADDRESS, API_URL, NODE_ADDRESS, NODE_NAME } from './addresses.js';
import type { NodeDirectory } from './node-directory.js';

const DAYS = '3';

const openssl = (...args: readonly string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

const base64 = (path: string): string => readFileSync(path).toString('base64');

/** Users of the cluster, by the name of their files. */
const users: Readonly<Record<string, string>> = {
  admin: '/O=system:masters/CN=admin',
  'kube-controller-manager': '/CN=system:kube-controller-manager',
  'kube-scheduler': '/CN=system:kube-scheduler',
  kubelet: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
};

/** Writes the authority, the key of service accounts, and a certificate and a kubeconfig for each user. */
export function writeCertificates(node: NodeDirectory): void {
  const [key, certificate] = [node.key('ca.key'), node.key('ca.crt')];
  makeKey(key);
  openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-subj',
    '/CN=lustre-csi-suite',
    '-days',
    DAYS,
    '-out',
    certificate,
  );
  openssl('genrsa', '-out', node.key('service-accounts.key'), '2048');
  openssl(
    'rsa',
    '-in',
    node.key('service-accounts.key'),
    '-pubout',
    '-out',
    node.key('service-accounts.pub'),
  );
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];
  const addresses = [API_ADDRESS, '127.0.0.1', NODE_ADDRESS];
  const alternatives = [...addresses.map((ip) => `IP:${ip}`), ...names.map((name) => `DNS:${name}`)];
  sign(node, 'apiserver', '/CN=kube-apiserver', alternatives.join(','));
  for (const [name, subject] of Object.entries(users)) {
    sign(node, name, subject);
    writeKubeconfig(node, name);
  }
}

const makeKey = (path: string): void =>
  openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', path);

function sign(node: NodeDirectory, name: string, subject: string, alternatives?: string): void {
  const file = (extension: string): string => node.key(`${name}.${extension}`);
  makeKey(file('key'));
  openssl('req', '-new', '-key', file('key'), '-subj', subject, '-out', file('csr'));
  const extensions = ['extendedKeyUsage=clientAuth,serverAuth', 'keyUsage=digitalSignature'];
  if (alternatives !== undefined) extensions.push(`subjectAltName=${alternatives}`);
  writeFileSync(file('ext'), `${extensions.join('\n')}\n`);
  const authority = ['-CA', node.key('ca.crt'), '-CAkey', node.key('ca.key'), '-CAcreateserial'];
  const files = ['-in', file('csr'), '-extfile', file('ext'), '-out', file('crt')];
  openssl('x509', '-req', ...authority, '-days', DAYS, ...files);
}

function writeKubeconfig(node: NodeDirectory, name: string): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'suite',
        cluster: { server: API_URL, 'certificate-authority-data': base64(node.key('ca.crt')) },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(node.key(`${name}.crt`)),
          'client-key-data': base64(node.key(`${name}.key`)),
        },
      },
    ],
    contexts: [{ name: 'suite', context: { cluster: 'suite', user: name } }],
    'current-context': 'suite',
  };
  // JSON is YAML.
  writeFileSync(node.kubeconfig(name), JSON.stringify(config, undefined, 2), { mode: 0o600 });
}
