/** Result of a spec in the suite's JUnit XML. */
export interface SpecResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Reason of a skip or failure, in the suite's words. */
  readonly reason: string;
}

/** Reads the report that ginkgo writes. Its setup and teardown nodes are no specs; they count only if they fail. */
export function parseJunit(xml: string): readonly SpecResult[] {
  const cases = xml.matchAll(/<testcase\s(?<attributes>[^>]*?)(?:\/>|>(?<body>.*?)<\/testcase>)/gs);
  return [...cases].flatMap(({ groups }) => {
    const { attributes = '', body = '' } = groups ?? {};
    const name = attribute(attributes, 'name');
    const result = { name, ...outcome(attribute(attributes, 'status'), body) };
    return name.startsWith('[It]') || result.status === 'failed' ? [result] : [];
  });
}

function outcome(status: string, body: string): Pick<SpecResult, 'status' | 'reason'> {
  const failure = /<(?:failure|error)\s(?<attributes>[^>]*)>/s.exec(body)?.groups?.['attributes'];
  if (failure !== undefined) return { status: 'failed', reason: attribute(failure, 'message') };
  const skipped = /<skipped(?<attributes>[^>]*)>/s.exec(body)?.groups?.['attributes'];
  if (skipped !== undefined || status === 'skipped' || status === 'pending') {
    return { status: 'skipped', reason: attribute(skipped ?? '', 'message').replace(/^skipped - /, '') };
  }
  return { status: 'passed', reason: '' };
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 's').exec(attributes)?.[1] ?? '';
  return value
    .replaceAll('&#xA;', ' ')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
