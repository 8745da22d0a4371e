/** Encoded forms of the constant responses; undefined until one is sent. */
const encoded = new WeakMap<object, Buffer | undefined>();

/** Marks a response that never changes, such as capabilities: it is encoded once. */
export function constantResponse<Response extends object>(response: Response): Response {
  encoded.set(response, undefined);
  return response;
}

type Serialize = (response: unknown) => Buffer;

/** Wraps an encoder, which then encodes constant responses once. */
export const encodingOnce =
  (serialize: Serialize): Serialize =>
  (response) => {
    if (!encoded.has(response as object)) return serialize(response);
    let bytes = encoded.get(response as object);
    if (!bytes) encoded.set(response as object, (bytes = serialize(response)));
    return bytes;
  };
