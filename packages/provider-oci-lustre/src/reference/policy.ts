import { ociOperations, verbs, type OciOperation, type Right } from '../api/oci-operations.js';

/** Subjects of the statements, as placeholders, with the identity that each stands for. */
const subjects = [
  [
    'instance principal: a dynamic group with the instances of the controller',
    'dynamic-group <dynamic-group>',
  ],
  ['user key: a group with the user', 'group <group>'],
] as const;

const workload =
  "request.principal.type = 'workload', request.principal.namespace = 'kube-system', " +
  "request.principal.service_account = '<release>-controller', request.principal.cluster_id = '<cluster OCID>'";

/** Builds the policy of the controller: the rights that its calls need, and no others, for each kind of identity. Nodes need
 *  none. The administrator fills in the names. */
export function policy(): string {
  const rights = leastRights(
    Object.values<OciOperation>(ociOperations).flatMap(({ rights: needed }) => needed),
  );
  const statement = (subject: string, { verb, type }: Right, condition = ''): string =>
    `allow ${subject} to ${verb} ${type} in ${placeOf(type)}${condition}`;
  return [
    '# Policies of the Lustre CSI driver for OCI File Storage with Lustre, generated from its calls. Choose one of the three.',
    ...subjects.flatMap(([title, subject]) => [
      '',
      `# ${title}`,
      ...rights.map((right) => statement(subject, right)),
    ]),
    '',
    '# workload identity: the service account of the controller in an enhanced OKE cluster',
    ...rights.map((right) => statement('any-user', right, ` where all {${workload}}`)),
    '',
    '# For the service itself, in each case; the second where StorageClasses have kmsKeyId',
    'allow service lustrefs to use virtual-network-family in tenancy',
    'allow service lustrefs to use keys in compartment <compartment>',
    '',
  ].join('\n');
}

/** Each type once, with the verb that includes all others. */
function leastRights(rights: readonly Right[]): readonly Right[] {
  const types = [...new Set(rights.map(({ type }) => type))].sort();
  return types.map((type) => {
    const needed = rights.filter((right) => right.type === type).map(({ verb }) => verbs.indexOf(verb));
    return { type, verb: verbs[Math.max(...needed)] ?? 'inspect' };
  });
}

/** The availability domains belong to the tenancy. */
const placeOf = (type: string): string => (type === 'compartments' ? 'tenancy' : 'compartment <compartment>');
