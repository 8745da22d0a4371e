import { describe, expect, it } from 'vitest';
import { redactObject, redactText } from './redact.js';

const jwt = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;

describe('redactText', () => {
  it.each([
    ['a password', 'mount -o password=hunter2-plain,flock', 'hunter2-plain'],
    ['a client secret in JSON', '{"aadClientSecret": "s3cr3t~value", "x": 1}', 's3cr3t~value'],
    [
      'a client secret in escaped JSON',
      String.raw`{"msg":"{\"clientSecret\":\"s3cr3t~value\"}"}`,
      's3cr3t~value',
    ],
    ['an environment variable', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'wJalrXUtnFEMI'],
    ['a session token', 'aws_session_token: IQoJb3JpZ2luX2VjE', 'IQoJb3JpZ2luX2VjE'],
    ['a flag', '--client-secret s=x --client-secret=topsecret1', 'topsecret1'],
    ['the id of an access key', 'credentials AKIAIOSFODNN7EXAMPLE are used', 'AKIAIOSFODNN7EXAMPLE'],
    ['a bearer token', `authorization: Bearer ${jwt}`, jwt],
    ['a JSON web token', `token of the pod ${jwt} is valid`, jwt],
    ['a shared access signature', 'https://a.blob.test/c?sv=2024&sig=AbC%2Fd3f%3D&se=1', 'AbC%2Fd3f'],
    ['the key of a storage account', 'DefaultEndpointsProtocol=https;AccountKey=Zm9vYmFy==;', 'Zm9vYmFy'],
    ['a proxy with a password', 'HTTPS_PROXY=http://user:pr0xypass@proxy:3128', 'pr0xypass'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
  ])('removes %s', (_, text, secret) => {
    expect(text).toContain(secret);
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain('[removed]');
  });

  it.each([
    'LustreError: MGC10.0.0.4@tcp: failed processing log: rc = -2',
    '{"level":"info","volume_id":"fs-0123456789abcdef0","msg":"mounted","request_id":"4f1c"}',
    'lustre_csi_node_publications 3',
  ])('keeps %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('redactObject', () => {
  it('removes data of Secrets, variables with confidential names, and applied objects', () => {
    const object = {
      items: [
        { kind: 'Secret', metadata: { name: 'azure' }, data: { 'azure.json': 'eyJhIjoxfQ==' } },
        {
          kind: 'Pod',
          metadata: {
            annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' },
          },
          spec: {
            containers: [
              {
                env: [
                  { name: 'DB_PASSWORD', value: 'hunter2' },
                  { name: 'MODE', value: 'node' },
                ],
              },
            ],
            volumes: [{ secret: { secretName: 'azure' } }],
          },
        },
      ],
    };
    const text = JSON.stringify(redactObject(object));
    expect(text).not.toMatch(/eyJhIjoxfQ|hunter2|last-applied/);
    expect(text).toContain('"secretName":"azure"');
    expect(text).toContain('"note":"kept"');
    expect(text).toContain('"value":"node"');
  });
});
