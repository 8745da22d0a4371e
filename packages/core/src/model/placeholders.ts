/** Placeholders of other template languages: `{{ .PVCName }}`, `$(NAME)`, `$NAME`, `%(name)s`, `%s`, `{name}`, `{0}`,
 *  `[[ .Name ]]`, `<name>`. Each alternative ends at the next bracket, so that the time is linear. */
const LOOKALIKE =
  /\{\{[^{}]*\}\}|\$\{|\$\([^()]*\)|\$[A-Za-z_][\w.]*|%[({][^(){}]*[)}]|%(?:\d\$|\[\d\])?[sdv](?![A-Za-z0-9])|\{(?:\d*|[A-Za-z_.][^{}]*)\}|\[\[[^[\]]*\]\]|<[A-Za-z_.][^<>]*>|\{\{|\}\}/;

/** Finds what looks like a placeholder in a text whose own variables have been removed. As a literal name, it would be one
 *  directory that all volumes share. Undefined: nothing does. */
export const lookalikePlaceholder = (text: string): string | undefined => LOOKALIKE.exec(text)?.[0];

/** Meanings of the variables that drivers have. */
export type VariableMeaning =
  'pvcName' | 'pvcNamespace' | 'pvName' | 'podName' | 'podNamespace' | 'podUid' | 'serviceAccountName';

/** Spellings without case and punctuation, and without `metadata` and the prefix `csi.storage.k8s.io/`. */
const spellings: Readonly<Record<VariableMeaning, readonly string[]>> = {
  pvcName: ['pvcname', 'pvc', 'claim', 'claimname', 'persistentvolumeclaim', 'persistentvolumeclaimname'],
  pvcNamespace: [
    ...['pvcnamespace', 'pvcns', 'namespace', 'ns', 'claimnamespace'],
    'persistentvolumeclaimnamespace',
  ],
  pvName: ['pvname', 'pv', 'volume', 'volumename', 'persistentvolume', 'persistentvolumename'],
  podName: ['podname', 'pod'],
  podNamespace: ['podnamespace', 'podns'],
  podUid: ['poduid'],
  serviceAccountName: ['serviceaccountname', 'serviceaccount', 'sa', 'saname'],
};

const meanings = new Map(
  Object.entries(spellings).flatMap(([meaning, all]) =>
    all.map((spelling) => [spelling, meaning as VariableMeaning] as const),
  ),
);

/** Longest placeholder that a message repeats. */
const MAX_SHOWN = 80;

/**
 * Explains why a placeholder is refused, with the right form of the well-known ones: those of nfs-subdir-external-provisioner
 * and aws-efs-csi-driver (`${.PVC.name}`), csi-driver-nfs and azurelustre-csi-driver (`${pvc.metadata.name}`),
 * external-provisioner (`${pvc.name}`) and the tags of aws-ebs-csi-driver (`{{ .PVCName }}`).
 * @param own the variables of this place, in full, by meaning
 */
export function explainPlaceholder(
  placeholder: string,
  own: Readonly<Partial<Record<VariableMeaning, string>>>,
): string {
  const shown = placeholder.length > MAX_SHOWN ? `${placeholder.slice(0, MAX_SHOWN)}…` : placeholder;
  const known = `known are ${Object.values(own).join(', ')}`;
  const folded = shown.toLowerCase().replace(/csi\.storage\.k8s\.io|metadata|[^a-z]/g, '');
  if (/label|annotation/.test(folded)) {
    return `"${shown}" is unknown: labels and annotations of claims do not reach CSI drivers; ${known}`;
  }
  const meaning = meanings.get(folded);
  const right = meaning && own[meaning];
  return right === undefined
    ? `"${shown}" looks like a placeholder, but is unknown; ${known}`
    : `"${shown}" is unknown here: write ${right}; ${known}`;
}
