import { parser } from 'typescript-eslint';

/**
 * The prose of a file: its text with everything that is not prose replaced. The replacement keeps each offset and each line, so
 * that a finding has its place. `BARRIER` stands for code; no phrase reaches across it.
 */
export const BARRIER = '\u0001';

const blanked = (text, filler) => text.replace(/[^\n]/g, filler);
/** Code that is quoted in prose with backticks, and addresses. */
const withoutQuotedCode = (prose) =>
  prose
    .replace(/(`+)[^`]+\1/g, (code) => blanked(code, BARRIER))
    .replace(/\bhttps?:\/\/[^\s)>\]'"]+/g, (address) => blanked(address, BARRIER));

/** Collects pieces of one text; what lies between them stays a barrier. */
class Mask {
  #text;
  #characters;

  constructor(text) {
    this.#text = text;
    this.#characters = blanked(text, BARRIER).split('');
  }

  show(start, end, change = (piece) => piece) {
    const piece = change(this.#text.slice(start, end));
    for (let index = 0; index < piece.length; index += 1) this.#characters[start + index] = piece[index];
  }

  toString() {
    return this.#characters.join('');
  }
}

/** Comment text without its markers, in the same length. */
const commentText = (comment) =>
  withoutQuotedCode(
    comment
      .replace(/^\/\*+/, (marker) => blanked(marker, ' '))
      .replace(/\*\/$/, '  ')
      .replace(/^(\s*)(\*|\/\/+)/gm, (marker) => blanked(marker, ' ')),
  );

/** Line comments below each other are one text; so are the strings of `'…' + '…'`. */
const showGap = (mask, text, previous, next, pattern) => {
  if (!previous || !pattern.test(text.slice(previous.range[1], next.range[0]))) return;
  mask.show(previous.range[1], next.range[0], (gap) => blanked(gap, ' '));
};

const showComments = (mask, text, comments) => {
  comments.forEach((comment, index) => {
    mask.show(...comment.range, commentText);
    if (comment.type === 'Line') showGap(mask, text, comments[index - 1], comment, /^\s+$/);
  });
};

const isText = (token) => token?.type === 'String' || token?.type === 'Template';
const isPlus = (token) => token?.type === 'Punctuator' && token.value === '+';
const WORDS = /[a-z]\S*\s+\S*[a-z]/i;

/** Strings of at least two words, and each string that is added to another one. */
const showStrings = (mask, text, tokens) => {
  tokens.forEach((token, index) => {
    if (!isText(token)) return;
    const added = isPlus(tokens[index - 1]) || isPlus(tokens[index + 1]);
    if (!added && !WORDS.test(token.value)) return;
    mask.show(token.range[0] + 1, token.range[1] - 1, withoutQuotedCode);
    const before = tokens[index - 2];
    if (isPlus(tokens[index - 1]) && isText(before)) {
      mask.show(before.range[1] - 1, token.range[0] + 1, (gap) => blanked(gap, ' '));
    }
  });
};

/** Prose of a TypeScript or JavaScript file: comments and messages. Also its doc comments, with the offset of each. */
const codeProse = (text) => {
  const { ast } = parser.parseForESLint(text, { comment: true, tokens: true, range: true, loc: true });
  const mask = new Mask(text);
  showComments(mask, text, ast.comments);
  showStrings(mask, text, ast.tokens);
  const docComments = ast.comments
    .filter((comment) => comment.type === 'Block' && comment.value.startsWith('*'))
    .map((comment) => ({ offset: comment.range[0], text: commentText(text.slice(...comment.range)).trim() }));
  return { prose: String(mask), docComments };
};

/** Prose of a Markdown file: all but fenced blocks, quoted code and the targets of links. */
const markdownProse = (text) =>
  withoutQuotedCode(
    text
      .replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^ *\2 *$/gm, (block) => blanked(block, BARRIER))
      .replace(/\]\([^)\s]*\)/g, (target) => blanked(target, BARRIER)),
  );

/** Prose of a YAML file, a shell script or a Dockerfile: its comments. */
const hashProse = (text) =>
  text
    .split('\n')
    .map((line) => {
      const start = line.search(/(?:^|\s)#(?!!)/);
      if (start < 0) return blanked(line, BARRIER);
      const comment = line.slice(start).replace('#', ' ');
      const code = line.slice(0, start);
      return (code.trim() ? blanked(code, BARRIER) : code) + withoutQuotedCode(comment);
    })
    .join('\n');

/** Prose of a JSON file: the values that are descriptions. */
const jsonProse = (text) => {
  const mask = new Mask(text);
  const described = /"(?:description|markdownDescription|\$comment|title)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
  for (const { index, 0: pair, 1: value } of text.matchAll(described)) {
    const end = index + pair.length - 1;
    mask.show(end - value.length, end, withoutQuotedCode);
  }
  return String(mask);
};

const plain = (proseOf) => (text) => ({ prose: proseOf(text), docComments: [] });
const KINDS = [
  { names: /\.(?:ts|mts|js|mjs)$/, read: codeProse },
  { names: /\.md$/, read: plain(markdownProse) },
  { names: /\.json$/, read: plain(jsonProse) },
  {
    names: /\.(?:ya?ml|sh)$|(?:^|\/)(?:Dockerfile|run|\.npmrc|\.gitignore|\.prettierignore)$/,
    read: plain(hashProse),
  },
];

/**
 * Prose of a file by the kind that its name has; undefined for a file without prose of ours.
 *
 * @param {string} name
 * @param {string} text
 * @returns {{ prose: string, docComments: { offset: number, text: string }[] } | undefined}
 */
export const proseOf = (name, text) => KINDS.find((kind) => kind.names.test(name))?.read(text);
