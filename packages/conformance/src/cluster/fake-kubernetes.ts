import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse, startKubeApiServer, type AskedFor, type Interception } from '@lustre-csi/driver/testing';

const SECRETS = '/var/run/secrets';
const TOKEN = 'token of the service account';

/** How the API server answers from now on. */
export type Behaviour = 'answers' | 'refuses' | 'is silent';

/** An API server with TLS, and this mount namespace as the file system of a pod that has a service account. */
export interface FakeKubernetes {
  /** The variables that kubelet gives to a pod. */
  readonly environment: Readonly<Record<string, string>>;
  /** Objects, by the path of the API. */
  readonly objects: Map<string, object>;
  /** What was asked for with the service account's token. */
  readonly asked: readonly AskedFor[];
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

/** Needs a mount namespace of its own: it covers /var/run/secrets there. */
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

/** @returns what takes it away again */
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
