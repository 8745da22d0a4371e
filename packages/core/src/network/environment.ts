/** Reads an environment variable; undefined if it is unset or empty. */
export type ReadVariable = (name: string) => string | undefined;
