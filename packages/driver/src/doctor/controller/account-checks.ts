import { messageOf, type CloudDiagnosis } from '@lustre-csi/core';
import { failed, outcomeOf, passed, skipped, unknown, type Check, type Outcome } from '../check.js';
import { driverAnswers } from '../driver-answers.js';
import type { ControllerContext } from './controller-context.js';

/** Seconds by which a clock may be wrong: both clouds refuse requests and tokens that are off by 5 minutes. */
const SKEW_SECONDS = 120;

type Question = (
  diagnosis: CloudDiagnosis,
  signal: AbortSignal,
  context: ControllerContext,
) => Promise<Outcome>;

/** Check of a cloud, skipped where there is none. */
export const inCloud =
  (question: Question) =>
  async (context: ControllerContext, signal: AbortSignal): Promise<Outcome> => {
    const diagnosis = await context.diagnosis();
    if (!diagnosis) return skipped(`${context.plugin.title} has no cloud to question`);
    return question(diagnosis, signal, context);
  };

const identified = inCloud(async (diagnosis, signal, { plugin }) => {
  try {
    const { name, account } = await diagnosis.identity(signal);
    return passed(`${name} in ${account}`);
  } catch (error) {
    signal.throwIfAborted();
    return failed(
      `${plugin.title} does not accept the credentials of the controller: ${messageOf(error)}`,
      'check the identity of the service account (IRSA or EKS Pod Identity, Azure workload identity) or of the node, and that ' +
        'its role exists',
    );
  }
});

const allowed = inCloud(async (diagnosis, signal) => {
  const rights = await diagnosis.rights(signal);
  const denied = rights.filter(({ state }) => state === 'denied');
  const open = rights.filter(({ state }) => state === 'unknown');
  if (denied.length === 0 && open.length > 0)
    return unknown(
      open.map(({ name, detail }) => `${name}: ${detail ?? 'the answer shows neither'}`).join('; '),
    );
  return outcomeOf(
    denied.map(({ name, detail }) => ({
      subject: name,
      cause: `the identity of the controller lacks this right${detail === undefined ? '' : `: ${detail}`}`,
      nextStep:
        'give the identity the policy of deploy/ for this cloud (iam-policy.json, role-definition.json)',
    })),
    `${rights.length} rights are granted`,
  );
});

const inQuota = inCloud(async (diagnosis, signal) => {
  const quotas = await diagnosis.quotas(signal);
  if (quotas.length === 0) return skipped('the cloud reports no quota');
  const full = quotas.filter(({ used, limit }) => used >= limit);
  return outcomeOf(
    full.map(({ name, used, limit }) => ({
      subject: name,
      cause: `the quota is used up: ${used} of ${limit}`,
      nextStep:
        'request a higher quota of the cloud, or delete file systems that are not needed (lustre-csi orphans lists some)',
    })),
    quotas.map(({ name, used, limit }) => `${name}: ${used} of ${limit}`).join(', '),
  );
});

const reachable = inCloud(async (diagnosis, signal) => {
  const endpoints = await diagnosis.endpoints(signal);
  const silent = endpoints.filter(({ error }) => error !== undefined);
  return outcomeOf(
    silent.map(({ name, url, error }) => ({
      subject: `${name} (${url})`,
      cause: `it cannot be reached: ${error}`,
      nextStep:
        'check DNS, the route to the internet or the private endpoint, and the proxy (HTTPS_PROXY, NO_PROXY); a NetworkPolicy ' +
        'may refuse it',
    })),
    endpoints.map(({ name, url }) => `${name} (${url})`).join(', '),
  );
});

const onTime = inCloud(async (diagnosis, signal) => {
  const endpoints = await diagnosis.endpoints(signal);
  const seen = endpoints.flatMap(({ name, aheadSeconds }) =>
    aheadSeconds === undefined ? [] : [{ name, ahead: aheadSeconds }],
  );
  if (seen.length === 0) return unknown('no endpoint sent its time');
  const wrong = seen.filter(({ ahead }) => Math.abs(ahead) > SKEW_SECONDS);
  return outcomeOf(
    wrong.slice(0, 1).map(({ name, ahead }) => ({
      subject: 'the clock of this node',
      cause: `it is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} that of ${name}: clouds refuse requests of more than 5 minutes`,
      nextStep: 'set the clock of the node (chrony, systemd-timesyncd)',
    })),
    `within ${Math.max(...seen.map(({ ahead }) => Math.abs(ahead)))} s of the cloud`,
  );
});

/** Checks of the identity, the account and the way to the cloud. */
export const accountChecks: readonly Check<ControllerContext>[] = [
  {
    id: 'LCSI-C001',
    title: 'The driver answers at its endpoint',
    severity: 'error',
    about: 'Calls Probe at the socket that the sidecars use (`--endpoint`).',
    run: driverAnswers,
  },
  {
    id: 'LCSI-C002',
    title: 'The endpoints of the cloud can be reached',
    severity: 'error',
    about:
      'Sends a HEAD request to each endpoint that the controller uses, through the proxy that the environment names. Each HTTP answer is enough.',
    run: reachable,
  },
  {
    id: 'LCSI-C003',
    title: 'The clock agrees with that of the cloud',
    severity: 'error',
    about:
      "Compares the node's clock with the header `Date` of the endpoints. Signatures and tokens have a short life.",
    run: onTime,
  },
  {
    id: 'LCSI-C004',
    title: 'The cloud accepts the credentials',
    severity: 'error',
    about:
      'Requests the name of the identity: STS GetCallerIdentity, or the claims of the token of Entra ID and a listing of permissions.',
    limitMs: 40_000,
    run: identified,
  },
  {
    id: 'LCSI-C005',
    title: 'The identity has all rights',
    severity: 'error',
    about:
      'Tries each right of the driver without changing anything. On AWS by calls that name resources which do not exist: the cloud ' +
      'refuses a missing right before it looks for them. On Azure by the list of permissions. A right that a condition limits to ' +
      'tagged resources cannot be tried.',
    limitMs: 60_000,
    run: allowed,
  },
  {
    id: 'LCSI-C006',
    title: 'The quota has room',
    severity: 'error',
    about: 'Reads the quotas of the account that stop a creation, where the cloud reports them.',
    limitMs: 40_000,
    run: inQuota,
  },
];
