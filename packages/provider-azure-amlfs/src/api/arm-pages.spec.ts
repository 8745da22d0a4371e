import { describe, expect, it } from 'vitest';
import { allPages } from './arm-pages.js';
import type { Arm } from './arm.js';
import { FailedOperations } from './failed-operations.js';
import { FileSystemReader } from '../operations/file-system-reader.js';
import { silent } from '../testing/samples.js';

interface Row {
  readonly value?: unknown;
  readonly nextLink?: string;
}

/** A listing whose pages are known by their links; the first has none. */
const listing =
  (pages: Readonly<Record<string, Row>>) =>
  async ({ nextLink = 'first' }: { readonly nextLink?: string }) => ({
    status: 200,
    body: pages[nextLink],
    header: () => undefined,
  });

const one = { id: '/groups/g/fs/One', name: 'One' };
const two = { id: '/groups/g/fs/two', name: 'two' };

describe('allPages', () => {
  it('has an item on two pages once, as in the later page', async () => {
    const later = { id: '/GROUPS/g/fs/one', name: 'one', state: 'Succeeded' };
    const send = listing({
      first: { value: [{ ...one, state: 'Creating' }, two], nextLink: 'b' },
      b: { value: [later] },
    });
    expect(await allPages(send)).toEqual([later, two]);
  });

  it('keeps what differs in its group or in its name, and what has neither', async () => {
    const items = [one, { ...one, id: '/groups/h/fs/One' }, { ...one, name: 'Two' }, 'odd', 'odd', null];
    expect(await allPages(listing({ first: { value: items, nextLink: '' } }))).toEqual(items);
  });

  it.each<[string, Readonly<Record<string, Row>>]>([
    ['to itself', { first: { value: [one], nextLink: 'b' }, b: { value: [two], nextLink: 'b' } }],
    [
      'to the first of its links',
      {
        first: { value: [one], nextLink: 'b' },
        b: { value: [two], nextLink: 'c' },
        c: { value: [], nextLink: 'b' },
      },
    ],
  ])('fails where a page leads back %s', async (_, pages) => {
    let calls = 0;
    const send = listing(pages);
    const counted: typeof send = (page) => ((calls += 1), send(page));
    await expect(allPages(counted)).rejects.toThrow('its pages repeat at b');
    expect(calls).toBe(Object.keys(pages).length);
  });

  it('does not take an answer without items for an empty listing', async () => {
    await expect(allPages(listing({ first: {} }))).rejects.toThrow('not a listing');
  });
});

describe('a listing of file systems', () => {
  const listed = (pages: Readonly<Record<string, Row>>): Promise<readonly { readonly id: string }[]> => {
    const send = listing(pages) as unknown as (input: unknown) => Promise<never>;
    const arm: Pick<Arm, 'call'> = { call: (_, input) => send(input) };
    const failed = new FailedOperations(async () => undefined);
    const reader = new FileSystemReader(arm, failed, { clusterId: '', log: silent });
    return reader.list('g', new AbortController().signal);
  };

  it('names each once', async () => {
    const all = await listed({ first: { value: [one], nextLink: 'b' }, b: { value: [one, two] } });
    expect(all.map(({ id }) => id)).toEqual(['One', 'two']);
  });

  it('is unknown, not partial, where its pages repeat', async () => {
    const circle = { first: { value: [one], nextLink: 'b' }, b: { value: [two], nextLink: 'b' } };
    await expect(listed(circle)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/cannot list the file systems of resource group g: .*repeat/) as string,
    });
  });
});
