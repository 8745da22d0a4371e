/** Standard output of a command. */
export interface Output {
  write(text: string): void;
  /** True if it is a terminal, which shows colours. */
  readonly isTerminal: boolean;
}
