import { describe, expect, it } from 'vitest';
import { ParameterSchema, type Parameter, parameter } from './parameters.js';

const wording = { description: 'What it does.', example: 'x' };

const DRIVER = 'memory.lustre.test';

const declared = {
  name: parameter.string({ ...wording, pattern: /^[a-z]+$/, legal: 'lower-case letters' }),
  comment: parameter.string({ ...wording, legal: 'any text' }),
  tier: parameter.oneOf({ ...wording, values: ['fast', 'slow'] }),
  throughput: parameter.integer({ ...wording, min: 125, max: 1000 }),
  encrypted: parameter.boolean({ ...wording, aliases: ['encryption', 'Secure'] }),
  groups: parameter.list({
    ...wording,
    item: /^sg-[0-9a-f]+$/,
    legal: 'security group ids with commas between them',
  }),
  start: parameter.parsed({
    ...wording,
    legal: 'd:HH:MM',
    read: (value) => {
      if (!/^\d:\d\d:\d\d$/.test(value)) throw new Error('it is no weekday and time');
      return value.split(':').map(Number);
    },
  }),
};

const schema = new ParameterSchema(DRIVER, declared);
const folding = new ParameterSchema(DRIVER, declared, { caseInsensitive: true });

const refusalOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};

const refusal = (...words: string[]): object => ({
  kind: 'invalid-argument',
  message: expect.stringMatching(words.map((each) => each.replace(/[.()?"]/g, '\\$&')).join('.*')) as string,
});

describe('a parameter', () => {
  it.each<[keyof typeof declared, string, unknown]>([
    ['name', 'abc', 'abc'],
    ['comment', ' any, text ', ' any, text '],
    ['tier', 'slow', 'slow'],
    ['throughput', '125', 125],
    ['throughput', '1000', 1000],
    ['throughput', '0250', 250],
    ['encrypted', 'true', true],
    ['encrypted', 'False', false],
    ['encrypted', 'TRUE', true],
    ['groups', 'sg-1', ['sg-1']],
    ['groups', ' sg-1 , sg-2,, ', ['sg-1', 'sg-2']],
    ['start', '1:23:45', [1, 23, 45]],
  ])('%s reads %j', (name, value, read) => expect(schema.read({ [name]: value })).toEqual({ [name]: read }));

  it.each<[keyof typeof declared, string, string]>([
    ['name', 'ABC', 'legal: lower-case letters'],
    ['name', 'abc\nd', 'legal: lower-case letters'],
    ['tier', 'Fast', 'legal: fast, slow'],
    ['throughput', '124', 'legal: a whole number from 125 to 1000'],
    ['throughput', '1001', 'legal: a whole number from 125 to 1000'],
    ['throughput', '200.5', 'legal: a whole number'],
    ['throughput', '2e2', 'legal: a whole number'],
    ['throughput', '-200', 'legal: a whole number'],
    ['throughput', ' 200', 'legal: a whole number'],
    ['throughput', '99999999999999999999', 'legal: a whole number'],
    ['encrypted', 'yes', 'legal: true or false'],
    ['groups', 'other', 'legal: security group ids'],
    ['groups', ' , ', 'legal: security group ids'],
    ['start', 'noon', '(it is no weekday and time); legal: d:HH:MM'],
  ])('%s refuses %j and says what is legal', (name, value, words) => {
    const error = refusalOf(() => schema.read({ [name]: value }));
    expect(error).toMatchObject({ kind: 'invalid-argument' });
    expect((error as Error).message).toContain(`parameter "${name}" is "${value}"`);
    expect((error as Error).message).toContain(words);
  });

  it.each(Object.keys(declared))('%s is not given where its value is empty', (name) => {
    expect(schema.read({ [name]: '' })).toEqual({});
  });

  it('ignores parameters that only the prototype of the object has', () => {
    expect(schema.read({})).toEqual({});
    expect('tier' in schema.read({})).toBe(false);
  });

  it('says what is legal, for the reference page', () => {
    const legal = Object.values(declared as Record<string, Parameter<unknown>>).map((each) => each.legal);
    expect(legal.every((words) => words !== '')).toBe(true);
    expect(declared.tier.legal).toBe('fast, slow');
  });
});

describe('a refusal', () => {
  it('quotes the items of a list that are wrong, and no others', () => {
    const error = refusalOf(() => schema.read({ groups: 'sg-1,zz,sg-2,yy' }));
    expect(error).toMatchObject({
      message: 'parameter "groups": illegal: "zz", "yy"; legal: security group ids with commas between them',
    });
  });

  it('repeats the beginning of a long value', () => {
    const error = refusalOf(() => schema.read({ name: 'A'.repeat(4000) }));
    expect((error as Error).message.length).toBeLessThan(300);
  });
});

describe('inspect', () => {
  it('reads what can be read, and names the parameters whose values stay unknown', () => {
    const { values, faults, doubtful } = schema.inspect({ tier: 'fast', throughput: '7', encripted: 'true' });
    expect(values).toEqual({ tier: 'fast' });
    expect(faults).toHaveLength(2);
    expect([...doubtful]).toEqual(['throughput', 'encrypted']);
  });

  it('takes both values of one parameter as unknown', () => {
    expect([...schema.inspect({ Secure: 'true', encryption: 'false' }).doubtful]).toEqual(['encrypted']);
  });
});

describe('an unknown parameter', () => {
  it.each([
    ['teir', 'tier'],
    ['Tier', 'tier'],
    ['thruput', 'throughput'],
    ['encryptions', 'encryption'],
    ['through', 'throughput'],
    ['sharedGroups', 'groups'],
    ['securityGroups', 'groups'],
  ])('"%s" is refused with the nearest that is known, "%s", and the driver', (given, nearest) => {
    expect(refusalOf(() => schema.read({ [given]: 'x' }))).toMatchObject(
      refusal(`${DRIVER} knows no parameter "${given}"`, `did you mean "${nearest}"?`),
    );
  });

  it.each(['constructor', '__proto__', 'toString', ''])('may have the name %j', (name) => {
    const given = JSON.parse(`{${JSON.stringify(name)}:"x"}`) as Record<string, string>; // `__proto__` as a key
    expect(refusalOf(() => schema.read(given))).toMatchObject(refusal(`no parameter "${name}"`));
  });

  it('of a driver without parameters is refused, too', () => {
    const none = new ParameterSchema(DRIVER, {});
    expect(refusalOf(() => none.read({ tier: 'fast' }))).toMatchObject({
      message: `${DRIVER} knows no parameter "tier"`,
    });
  });

  it('hides no other: all faults are in one message', () => {
    const given = { tier: 'none', nonsense: 'x', throughput: '7', encrypted: 'true' };
    expect(refusalOf(() => schema.read(given))).toMatchObject(
      refusal('3 faults: (1) parameter "tier"', '(2) ', '"nonsense"', '(3) parameter "throughput"'),
    );
  });

  it('is named by the beginning of a long name', () => {
    expect(refusalOf(() => schema.read({ ['x'.repeat(5000)]: 'x' }))).toMatchObject({
      message: `${DRIVER} knows no parameter "${'x'.repeat(200)}…"`,
    });
  });

  it.each([
    ['nonsense', ''],
    ['colour', ''],
    ['size', '; the size belongs in the claim: spec.resources.requests.storage'],
    ['mountOptions', '; it is a field of the StorageClass, beside "parameters": mountOptions'],
    ['fileSystemId', '; create a PersistentVolume'],
  ])('%j has the answer %j', (given, answer) => {
    const foreign = new Map([['filesystemid', 'create a PersistentVolume']]);
    const answering = new ParameterSchema(DRIVER, declared, { foreign });
    expect(refusalOf(() => answering.read({ [given]: 'x' }))).toMatchObject({
      message: `${DRIVER} knows no parameter "${given}"${answer}`,
    });
  });
});

describe('another spelling', () => {
  it.each(['encrypted', 'encryption', 'Secure'])('%s means the same', (spelling) => {
    expect(schema.read({ [spelling]: 'true' })).toEqual({ encrypted: true });
  });

  it('is named in the refusal as it was given', () => {
    expect(refusalOf(() => schema.read({ encryption: 'perhaps' }))).toMatchObject(
      refusal('parameter "encryption" is "perhaps"'),
    );
  });

  it.each([
    [{ encrypted: 'true', encryption: 'true' }, schema],
    [{ Secure: 'true', encryption: 'false' }, schema],
    [{ tier: 'fast', TIER: 'fast' }, folding],
    [{ Encrypted: 'true', SECURE: 'true' }, folding],
  ])('beside the first is refused, both named: %j', (given, either) => {
    const [one = '', other = ''] = Object.keys(given);
    expect(refusalOf(() => either.read(given))).toMatchObject(
      refusal(`parameters "${one}" and "${other}" mean the same`),
    );
  });

  it('with other separators is known where the driver says so', () => {
    const joining = new ParameterSchema(DRIVER, declared, { caseInsensitive: true, ignoresSeparators: true });
    expect(joining.read({ 'TI-E_R': 'fast' })).toEqual({ tier: 'fast' });
    expect(refusalOf(() => joining.read({ tier: 'fast', 't-ier': 'fast' }))).toMatchObject(
      refusal('parameters "tier" and "t-ier" mean the same'),
    );
    expect(refusalOf(() => folding.read({ 'ti-er': 'fast' }))).toMatchObject(refusal('no parameter "ti-er"'));
  });

  it('in another case is known where the driver says so', () => {
    expect(folding.read({ TIER: 'fast', sEcUrE: 'true' })).toEqual({ tier: 'fast', encrypted: true });
    expect(refusalOf(() => folding.read({ TEIR: 'fast' }))).toMatchObject(
      refusal('no parameter "TEIR"', 'did you mean "tier"?'),
    );
  });
});
