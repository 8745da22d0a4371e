import { secretFields } from '../gen/secret-fields.js';
import { boundedFields } from '../model/log-limits.js';

const REDACTED = '***';

/** End of the key under which kubelet puts tokens of the pod's service account into the volume context, where a CSIDriver
 *  has tokenRequests. */
const TOKENS = 'serviceAccount.tokens';

/** Field of VolumeCapability whose content CSI calls sensitive. */
const MOUNT_FLAGS = 'mountFlags';

/** Returns the request for the log: fields that csi.proto marks csi_secret, tokens and mount flags are replaced, empty fields
 *  dropped, 64-bit numbers written in full, long values shortened. `message` is the request's name in csi.proto. */
export function redact(message: string, request: object): Record<string, unknown> {
  const secrets = Object.hasOwn(secretFields, message) ? (secretFields[message] ?? []) : [];
  const fields = Object.entries(request)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => [name, secrets.includes(name) ? REDACTED : plain(value)]);
  return boundedFields(Object.fromEntries(fields) as object);
}

/** Mount flag that the message of a refusal quotes, as JSON. */
const QUOTED_FLAG = /(mount_flags: )"(?:[^"\\]|\\.)*"/g;

/** Returns the message of an error for the log: the caller gets it in full, the log no mount flag. */
export const redactMessage = (message: string): string => message.replace(QUOTED_FLAG, `$1"${REDACTED}"`);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0n) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, part: unknown) => {
      if (name.endsWith(TOKENS) || (name === MOUNT_FLAGS && !isEmpty(part))) return REDACTED;
      return typeof part === 'bigint' ? part.toString() : part;
    }),
  );
