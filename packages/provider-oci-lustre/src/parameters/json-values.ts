import * as z from 'zod/mini';

/** Reads a JSON array of texts. @throws Error with a message that says what is wrong */
export function jsonTexts(text: string, item: RegExp, most: number): readonly string[] {
  const parsed = z.safeParse(z.array(z.string()), jsonIn(text));
  if (!parsed.success) throw new Error('it is no JSON array of texts');
  const wrong = parsed.data.find((each) => !item.test(each));
  if (wrong !== undefined) throw new Error(`illegal: ${JSON.stringify(wrong)}`);
  if (parsed.data.length > most) throw new Error(`${parsed.data.length} items, OCI takes ${most}`);
  return parsed.data;
}

/** Reads a JSON object. @throws Error with a message that says what is wrong */
export function jsonObject<T>(text: string, schema: z.ZodMiniType<T>, form: string): T {
  const parsed = z.safeParse(schema, jsonIn(text));
  if (parsed.success) return parsed.data;
  throw new Error(`it is no JSON object of ${form}`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
}
