import { secretFields } from '../gen/secret-fields.js';

const REDACTED = '***';

/** End of the key under which kubelet puts tokens of the pod's service account into the volume context, where a CSIDriver
 *  has tokenRequests. */
const TOKENS = 'serviceAccount.tokens';

/** Returns the request for the log: fields that csi.proto marks csi_secret and tokens are replaced, empty fields dropped,
 *  64-bit numbers written in full. `message` is the request's name in csi.proto. */
export function redact(message: string, request: object): Record<string, unknown> {
  const secrets = Object.hasOwn(secretFields, message) ? (secretFields[message] ?? []) : [];
  const fields = Object.entries(request)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => [name, secrets.includes(name) ? REDACTED : plain(value)]);
  return Object.fromEntries(fields) as Record<string, unknown>;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0n) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, part: unknown) => {
      if (name.endsWith(TOKENS)) return REDACTED;
      return typeof part === 'bigint' ? part.toString() : part;
    }),
  );
