/** A step of a guide: a file to write, or commands to run. */
export type GuideStep =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly commands: readonly string[] };

/** A file of a guide: its path in code style and a colon, then a fenced block. */
const FILE = /^`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm;
const BLOCK = /(?:^`([\w./-]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm;

/** Reads the steps of a guide in their order. Other blocks are illustrations. */
export function guideSteps(markdown: string): readonly GuideStep[] {
  const steps: GuideStep[] = [];
  for (const [, path, language, text = ''] of markdown.matchAll(BLOCK)) {
    if (path !== undefined) steps.push({ kind: 'file', path, text });
    else if (language === 'console') steps.push({ kind: 'commands', commands: commandsOf(text) });
  }
  return steps;
}

const commandsOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));

/** Replaces the files of a guide by their current text.
 *  @param read text of a file, or undefined where the guide is its only source */
export function guideWithFiles(markdown: string, read: (path: string) => string | undefined): string {
  return markdown.replace(FILE, (block, path: string, text: string) => {
    const current = read(path);
    return current === undefined ? block : block.slice(0, -text.length - '```'.length) + `${current}\`\`\``;
  });
}
