export type Colour = 'green' | 'yellow' | 'red' | 'grey';

const codes: Readonly<Record<Colour, number>> = { green: 32, yellow: 33, red: 31, grey: 90 };

/** Colours a text for a terminal. */
export type Paint = (colour: Colour, text: string) => string;

/** Returns a function that colours texts, or leaves them as they are. */
export const paintWith =
  (hasColours: boolean): Paint =>
  (colour, text) =>
    hasColours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
