import { type Parameter, parameter } from '@lustre-csi/core';

type Wording = Pick<Parameter<unknown>, 'description' | 'example' | 'defaultsTo'>;

/** Declares a boolean in the spellings of Go's strconv.ParseBool, because existing StorageClasses may use any of them. */
export function goBoolean(wording: Wording): Parameter<boolean> {
  const words = new Map([
    ...['true', 'True', 'TRUE', 't', 'T', '1'].map((word) => [word, true] as const),
    ...['false', 'False', 'FALSE', 'f', 'F', '0'].map((word) => [word, false] as const),
  ]);
  return parameter.parsed({
    ...wording,
    legal: 'true or false',
    read: (word) => {
      const value = words.get(word);
      if (value === undefined) throw new Error('not a boolean');
      return value;
    },
  });
}
