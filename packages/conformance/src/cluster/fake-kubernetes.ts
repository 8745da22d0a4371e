import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse, startKubeApiServer, type ApiRequest, type Interception } from '@lustre-csi/driver/testing';

const SECRETS = '/var/run/secrets';
const TOKEN = 'token of the service account';

/** Behaviour of the API server from now on. */
export type Behaviour = 'answers' | 'refuses' | 'is silent';

/** API server with TLS, and this mount namespace as the file system of a pod with a service account. */
export interface FakeKubernetes {
  /** Variables that kubelet sets in a pod. */
  readonly environment: Readonly<Record<string, string>>;
  /** Objects, by the path of the API. */
  readonly objects: Map<string, object>;
  /** Requests with the service account's token. */
  readonly asked: readonly ApiRequest[];
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

const interceptions: Readonly<Record<Behaviour, Interception | undefined>> = {
  answers: undefined,
  refuses: (_request, response) => {
    refuse(response, 401, 'Unauthorized');
    return true;
  },
  'is silent': () => true,
};

/** Starts the API server and mounts the service account. Needs its own mount namespace: it covers /var/run/secrets there. */
export async function startFakeKubernetes(): Promise<FakeKubernetes> {
  const server = await startKubeApiServer(TOKEN);
  const removeAccount = mountServiceAccount(server.ca);
  return {
    environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) },
    objects: server.objects,
    asked: server.asked,
    behave: (next) => server.intercept(interceptions[next]),
    stop: async () => {
      await server.stop();
      removeAccount();
    },
  };
}

/** Mounts the service account.
 *  @returns the function that unmounts it */
function mountServiceAccount(ca: string): () => void {
  const wasThere = existsSync(SECRETS);
  mkdirSync(SECRETS, { recursive: true });
  run('mount', '-t', 'tmpfs', 'service-account', SECRETS);
  const account = join(SECRETS, 'kubernetes.io', 'serviceaccount');
  mkdirSync(account, { recursive: true });
  writeFileSync(join(account, 'token'), `${TOKEN}\n`);
  writeFileSync(join(account, 'ca.crt'), ca);
  return () => {
    run('umount', SECRETS);
    if (!wasThere) rmdirSync(SECRETS);
  };
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
