/** Content of an XML element. Each item of a list becomes an `<item>`; undefined leaves the element out. */
export type XmlValue =
  string | number | boolean | undefined | readonly XmlValue[] | { readonly [name: string]: XmlValue };

/** Text of one element. */
export function renderXml(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  return `<${name}>${xmlContent(value)}</${name}>`;
}

/** Text of an element's content. */
export function xmlContent(value: Exclude<XmlValue, undefined>): string {
  if (isList(value)) return value.map((item) => renderXml('item', item)).join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, member]) => renderXml(name, member))
      .join('');
  return escapeXml(String(value));
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

const entities: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }),
);

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => entities.get(character) ?? '');
