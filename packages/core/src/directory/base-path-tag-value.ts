/** A base path as a text that every cloud takes as the value of a tag: letters, digits and `-_./=`. What is none of
 *  them is written as its UTF-8 bytes, `=C3=A4`. */
export function formatTagValue(base: readonly string[]): string {
  const escaped = encodeURIComponent(base.join('/')).replace(/%2F/g, '/');
  const strict = escaped.replace(/[!~*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `/${strict.replace(/%/g, '=')}`;
}

/** Reads a value of `formatTagValue`; undefined: the driver did not write it. */
export function parseTagValue(text: string): readonly string[] | undefined {
  if (!/^\/(?:[A-Za-z0-9\-_./]|=[0-9A-F]{2})*$/.test(text)) return undefined;
  try {
    const names = decodeURIComponent(text.replace(/=/g, '%'))
      .split('/')
      .filter((name) => name !== '');
    return names.some((name) => name === '.' || name === '..') ? undefined : names;
  } catch {
    return undefined;
  }
}
