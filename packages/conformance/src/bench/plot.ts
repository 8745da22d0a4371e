import { shortNumber } from './statistics.js';

/** Line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 70;
const RIGHT = 150;
const TOP = 40;
const BOTTOM = 50;
const TICKS = 4;
const COLOURS = ['#0b62a4', '#c2410c', '#15803d', '#7e22ce', '#525252'];

/** Draws a line plot as SVG, with both axes from zero. */
export function svgOf({ title, x, y, series }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const most = [0, 1].map((axis) => Math.max(1e-9, ...points.map((point) => point[axis] ?? 0)));
  const [mostX = 1, mostY = 1] = most;
  const atX = (value: number): number => LEFT + (value / mostX) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number): number => HEIGHT - BOTTOM - (value / mostY) * (HEIGHT - TOP - BOTTOM);
  const lines = series.map(({ name, points: all }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = all.map(([a, b]) => `${round(atX(a))},${round(atY(b))}`).join(' ');
    const dots = all.map(([a, b]) => `<circle cx="${round(atX(a))}" cy="${round(atY(b))}" r="3"/>`).join('');
    const legend = text(WIDTH - RIGHT + 14, TOP + 14 + 20 * index, name);
    return `<g fill="${colour}"><polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}${legend}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, TOP - 16, title, 'font-size="14" font-weight="bold"'),
    ...ticksOf(mostX).map((value) =>
      text(atX(value), HEIGHT - BOTTOM + 18, shortNumber(value), 'text-anchor="middle"'),
    ),
    ...ticksOf(mostY).map((value) => gridLine(atY(value), shortNumber(value))),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x, 'text-anchor="middle"'),
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

const ticksOf = (most: number): readonly number[] =>
  Array.from({ length: TICKS + 1 }, (_, index) => (most * index) / TICKS);

const gridLine = (y: number, label: string): string =>
  `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}" stroke="#d4d4d4"/>` +
  text(LEFT - 8, y + 4, label, 'text-anchor="end"');

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${escaped(words)}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
