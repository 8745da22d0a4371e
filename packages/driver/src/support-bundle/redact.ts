/** Text in place of a confidential value. */
export const REDACTED = '[removed]';

/** Names of fields and variables with confidential values. */
const CONFIDENTIAL =
  /pass(?:word|wd|phrase)|secret|token|credential|private[-_]?key|access[-_]?key|api[-_]?key|client[-_]?key|authorization|connection[-_]?string|sas[-_]?url|signature/i;

/** Confidential texts that have a form of their own. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // A JSON web token: service accounts, Entra ID.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  // Access keys of AWS: the id, and the key or session token behind a name.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  // Shared access signatures, and keys of storage accounts.
  [
    /([?&](?:sig|signature|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token)=)[^&\s"']+/gi,
    `$1${REDACTED}`,
  ],
  [/\b(AccountKey|SharedAccessKey|SharedAccessSignature)=[^;\s"']+/gi, `$1=${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
  // User and password of a URL, such as that of a proxy.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${REDACTED}@`],
];

/** `name: value`, `name=value`, `"name":"value"` with a confidential name. */
const ASSIGNMENT = new RegExp(
  `((?:^|[\\s,{;?&'"\\\\-])[\\w.\\-/]*(?:${CONFIDENTIAL.source})[\\w.-]*\\\\?["']?\\s*[:=]\\s*\\\\?)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,;}&"']+)`,
  'gi',
);

/** Removes confidential values from a text, such as a log. Removes too much rather than too little. */
export function redactText(text: string): string {
  const assigned = text.replace(ASSIGNMENT, (_, name: string) => `${name}${REDACTED}`);
  return patterns.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), assigned);
}

/** Annotation with the applied object, which repeats all of its values. */
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Fields that a bundle does not need: they repeat others. */
const dropped: readonly string[] = ['managedFields', APPLIED];

/** Removes confidential values from an object of the API: the data of Secrets, values of variables, and by name. */
export function redactObject(object: unknown): unknown {
  if (Array.isArray(object)) return object.map(redactObject);
  if (typeof object === 'string') return redactText(object);
  if (typeof object !== 'object' || object === null) return object;
  const fields = Object.entries(object).filter(([key]) => !dropped.includes(key));
  return Object.fromEntries(
    fields.map(([key, value]) => [key, isConfidential(object, key) ? REDACTED : redactObject(value)]),
  );
}

/** Reports whether the value of a field is confidential, by its name and those beside it. */
function isConfidential(object: object, key: string): boolean {
  const { kind, name } = object as { readonly kind?: unknown; readonly name?: unknown };
  if (key === 'data' || key === 'stringData') return kind === 'Secret';
  if (key === 'value') return typeof name === 'string' && CONFIDENTIAL.test(name);
  const value: unknown = (object as Record<string, unknown>)[key];
  return typeof value === 'string' && CONFIDENTIAL.test(key) && !isReference(key);
}

/** Names of Secrets, and settings of tokens, are no secrets. */
const isReference = (key: string): boolean =>
  /(?:secret|token|credential)s?[-_]?(?:name|namespace|ref|path|expirationSeconds)$/i.test(key) ||
  key === 'serviceAccountToken';
