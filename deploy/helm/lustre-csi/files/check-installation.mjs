// check-installation.mjs SERVICE_ACCOUNT NAMESPACE DRIVER KIND/NAME...: the test of `helm test`. Checks that the driver is known to
// the cluster, that its workloads are ready, and that kubelet of each node with its plugin has registered it. Changes nothing.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

const [serviceAccount, namespace, driver, ...workloads] = process.argv.slice(2);
const { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } = process.env;
const ca = readFileSync(`${serviceAccount}/ca.crt`);
const token = readFileSync(`${serviceAccount}/token`, 'utf8').trim();

/** Object of the API. */
function read(path) {
  const options = {
    hostname,
    port,
    path,
    ca,
    headers: { authorization: `Bearer ${token}` },
    timeout: 10_000,
  };
  return new Promise((resolve, reject) => {
    const request = get(options, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      if (response.statusCode === 200) resolve(JSON.parse(text));
      else reject(new Error(`GET ${path}: ${response.statusCode} ${text}`));
    });
    request.once('timeout', () => request.destroy(new Error(`GET ${path}: no answer within 10 s`)));
    request.once('error', reject);
  });
}

/** Number of pods that a workload has ready, and that it should have. */
function podsOf({ kind, spec, status = {} }) {
  return kind === 'DaemonSet'
    ? { ready: status.numberReady ?? 0, wanted: status.desiredNumberScheduled ?? 0 }
    : { ready: status.readyReplicas ?? 0, wanted: spec.replicas };
}

async function workloadIsReady(workload) {
  const [kind, name] = workload.split('/');
  const { ready, wanted } = podsOf(await read(`/apis/apps/v1/namespaces/${namespace}/${kind}/${name}`));
  if (ready < wanted)
    throw new Error(`${ready} of ${wanted} pods are ready: kubectl -n ${namespace} describe ${workload}`);
  return `${ready} of ${wanted} pods are ready`;
}

async function isRegistered() {
  const daemonSets = workloads.filter((workload) => workload.startsWith('daemonsets/'));
  const objects = await Promise.all(
    daemonSets.map((workload) => read(`/apis/apps/v1/namespaces/${namespace}/${workload}`)),
  );
  const wanted = objects.reduce((sum, object) => sum + podsOf(object).wanted, 0);
  const { items } = await read('/apis/storage.k8s.io/v1/csinodes');
  const nodes = items.filter(({ spec }) => (spec.drivers ?? []).some(({ name }) => name === driver));
  if (nodes.length < wanted)
    throw new Error(
      `registered on ${nodes.length} of ${wanted} nodes: read the log of the node plugin on the others`,
    );
  return `registered on ${nodes.length} nodes`;
}

const checks = [
  [
    `CSIDriver ${driver}`,
    async () => (await read(`/apis/storage.k8s.io/v1/csidrivers/${driver}`)) && 'exists',
  ],
  ...workloads.map((workload) => [workload, () => workloadIsReady(workload)]),
  [`driver ${driver}`, isRegistered],
];
for (const [name, check] of checks) {
  try {
    console.log(`[+] ${name}: ${await check()}`);
  } catch (error) {
    console.log(`[-] ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
