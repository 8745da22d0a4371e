import type { Settings } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { clusterIdentity, uidOfCluster } from './cluster-identity.js';
import { KubeApiError } from './kube-client.js';

const uid = '5f1c0a9e-6c2f-4d0b-9d53-7a1d2e3f4a5b';
const namespace = { kind: 'Namespace', metadata: { name: 'kube-system', uid } };

/** Client with these answers, one after the other. */
function clientOf(...answers: readonly (object | Error)[]) {
  const asked: string[] = [];
  const get = async (path: string): Promise<unknown> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(path);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, get };
}

function logOf() {
  const warnings: string[] = [];
  return { warnings, warn: (_: object, message: string) => void warnings.push(message) };
}

const settings = (flags: Record<string, string>, environment: Record<string, string> = {}): Settings => ({
  flag: (name) => flags[name],
  environment: (name) => environment[name],
});

describe('the id of the cluster', () => {
  it('is the uid of the namespace kube-system', async () => {
    const [client, log] = [clientOf(namespace), logOf()];
    expect(await uidOfCluster({ client, log })).toBe(uid);
    expect(client.asked).toEqual(['/api/v1/namespaces/kube-system']);
    expect(log.warnings).toEqual([]);
  });

  it.each<[string, Error]>([
    ['without the right', new KubeApiError(403, 'namespaces "kube-system" is forbidden')],
    ['without an account', new KubeApiError(401, 'Unauthorized')],
    ['without a token', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
  ])('is empty, with a warning that names the right, %s', async (_, error) => {
    const [client, log] = [clientOf(error), logOf()];
    expect(await uidOfCluster({ client, log })).toBe('');
    expect(client.asked).toHaveLength(1);
    expect(log.warnings).toEqual([expect.stringMatching(/get the namespace kube-system.*--cluster-id/)]);
  });

  it('outlasts an API server that restarts', async () => {
    const client = clientOf(new Error('ECONNREFUSED'), new KubeApiError(503, 'etcd'), {}, namespace);
    expect(await uidOfCluster({ client, log: logOf(), pauseMs: 1 })).toBe(uid);
  });

  it('is an error, not empty, where the API server does not answer', async () => {
    const client = clientOf(new Error('connect ECONNREFUSED'));
    await expect(uidOfCluster({ client, log: logOf(), pauseMs: 1 })).rejects.toThrow(
      /id of the cluster cannot be read: connect ECONNREFUSED.*--cluster-id/,
    );
  });

  it.each<[string, Settings, string, string]>([
    ['the flag', settings({}, { KUBERNETES_SERVICE_HOST: '127.0.0.1' }), 'blue', 'blue'],
    ['none outside of a cluster', settings({}), '', ''],
    [
      'none where detection is off',
      settings({ 'detect-cluster-id': 'false' }, { KUBERNETES_SERVICE_HOST: '127.0.0.1' }),
      '',
      '',
    ],
  ])('is %s', async (_, given, flag, expected) => {
    expect(await clusterIdentity(given, flag, logOf())).toBe(expected);
  });
});
