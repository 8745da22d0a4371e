import { DriverError } from '../errors/driver-error.js';
import { explainPlaceholder, lookalikePlaceholder } from '../model/placeholders.js';
import type { VolumeMetadata } from '../model/volume-request.js';

/** Values that a path is made from. */
export interface TemplateValues extends VolumeMetadata {
  /** The CSI name of the volume: what Kubernetes calls the PersistentVolume. */
  readonly volumeName: string;
}

interface Variable {
  readonly valueIn: (values: TemplateValues) => string | undefined;
  /** Other spellings: those of azurelustre-csi-driver's `sub-dir`. */
  readonly aliases: readonly string[];
}

const variables = {
  'pvc.name': { valueIn: ({ pvcName }) => pvcName, aliases: ['pvc.metadata.name'] },
  'pvc.namespace': { valueIn: ({ pvcNamespace }) => pvcNamespace, aliases: ['pvc.metadata.namespace'] },
  'pv.name': { valueIn: ({ pvName, volumeName }) => pvName ?? volumeName, aliases: ['pv.metadata.name'] },
} satisfies Readonly<Record<string, Variable>>;

const bySpelling = new Map(
  Object.entries(variables).flatMap(([name, variable]) =>
    [name, ...variable.aliases].map((spelling) => [spelling, variable] as const),
  ),
);

const VARIABLE = /\$\{([^{}]*)\}/g;

/** Checks that a template holds no unknown variable, and no placeholder of another syntax.
 *  @throws Error that names it */
export function checkTemplate(template: string): string {
  for (const [, name = ''] of template.matchAll(VARIABLE)) {
    if (!bySpelling.has(name)) throw new Error(explainPlaceholder(`\${${name}}`, known));
  }
  const literal = template.replace(VARIABLE, '');
  if (literal.includes('${')) throw new Error('a "${" has no "}"');
  const lookalike = lookalikePlaceholder(literal);
  if (lookalike !== undefined) throw new Error(explainPlaceholder(lookalike, known));
  return template;
}

/** Refuses placeholders in a path that has no variables of its own. @throws Error that names the placeholder */
export function refusePlaceholders(path: string): void {
  const lookalike = lookalikePlaceholder(path);
  if (lookalike === undefined) return;
  throw new Error(
    `"${lookalike.slice(0, 80)}" looks like a placeholder, and this path has none: write it in subPath`,
  );
}

/** Puts values in the place of the variables. The result is fixed for the life of the volume.
 *  @throws DriverError invalid-argument naming the variable that has no value, or a value that would lead elsewhere */
export function renderTemplate(template: string, values: TemplateValues): string {
  return template.replace(VARIABLE, (_, name: string) => {
    const value = bySpelling.get(name)?.valueIn(values);
    if (value === undefined || value === '') {
      throw new DriverError(
        'invalid-argument',
        `subPath: "\${${name}}" has no value; run external-provisioner with --extra-create-metadata`,
      );
    }
    if (!value.includes('/') && value !== '.' && value !== '..') return value;
    throw new DriverError(
      'invalid-argument',
      `subPath: "\${${name}}" is "${value}", which is not the name of a directory`,
    );
  });
}

const known = { pvcName: '${pvc.name}', pvcNamespace: '${pvc.namespace}', pvName: '${pv.name}' } as const;
