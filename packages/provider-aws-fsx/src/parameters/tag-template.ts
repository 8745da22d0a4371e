import { DriverError, explainPlaceholder, lookalikePlaceholder, type VolumeMetadata } from '@lustre-csi/core';
import { acceptable, checkTag, type Tags } from './tags.js';

/** Tag whose value is rendered for each volume. */
export interface TagTemplate {
  readonly key: string;
  readonly parts: readonly TemplatePart[];
}

type TemplatePart =
  { readonly text: string } | { readonly variable: keyof VolumeMetadata; readonly spelled: string };

/** Placeholders, in the spelling of aws-ebs-csi-driver. */
const variables = new Map<string, keyof VolumeMetadata>(
  Object.entries({
    PVCName: 'pvcName',
    PVCNamespace: 'pvcNamespace',
    PVName: 'pvName',
  } as const),
);

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Reads `KEY=VALUE`, whose value may contain `{{ .PVCName }}`, `{{ .PVCNamespace }}` and `{{ .PVName }}`.
 *  @throws Error with a message that says what is wrong */
export function parseTagTemplate(line: string): TagTemplate {
  const split = line.indexOf('=');
  if (split < 0) throw new Error('no "=" between key and value');
  const parts: TemplatePart[] = [];
  const value = line.slice(split + 1);
  let from = 0;
  for (const match of value.matchAll(PLACEHOLDER)) {
    parts.push({ text: value.slice(from, match.index) }, variableOf((match[1] ?? '').trim()));
    from = match.index + match[0].length;
  }
  parts.push({ text: value.slice(from) });
  const key = line.slice(0, split);
  const literal = parts.map((part) => ('text' in part ? part.text : '')).join('');
  const lookalike = lookalikePlaceholder(literal);
  if (lookalike !== undefined) throw new Error(explainPlaceholder(placeholderAt(literal, lookalike), known));
  checkTag(key, literal);
  return { key, parts };
}

function variableOf(expression: string): TemplatePart {
  const name = /^\.(\w+)$/.exec(expression)?.[1] ?? '';
  const variable = variables.get(name);
  if (variable) return { variable, spelled: name };
  throw new Error(explainPlaceholder(`{{ ${expression} }}`, known));
}

/** The whole of a placeholder of which the beginning was found. */
const placeholderAt = (text: string, found: string): string =>
  found === '${' ? (/\$\{[^{}]*\}?/.exec(text)?.[0] ?? found) : found;

const known = {
  pvcName: '{{ .PVCName }}',
  pvcNamespace: '{{ .PVCNamespace }}',
  pvName: '{{ .PVName }}',
} as const;

/** Renders the tag of one volume.
 *  @throws DriverError invalid-argument where the provisioner does not send the metadata that the template needs */
export function renderTag({ key, parts }: TagTemplate, metadata: VolumeMetadata): Tags {
  const value = parts.map((part) => {
    if ('text' in part) return part.text;
    const known = metadata[part.variable];
    if (known !== undefined) return known;
    throw new DriverError(
      'invalid-argument',
      `parameter "tagSpecification": the tag "${key}" needs {{ .${part.spelled} }}, which external-provisioner ` +
        'sends only with its flag --extra-create-metadata: set it',
    );
  });
  return { [key]: acceptable(value.join('')) };
}
