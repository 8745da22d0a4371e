/** Marks the errors of every copy of this package: a tree of dependencies may hold two. */
const BRAND = Symbol.for('@lustre-csi/core/ConfigurationError');

/**
 * The driver was started with settings that it cannot work with. The message is one line that names the setting
 * and what to write there; the executable prints it and exits with status 2.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Recognizes a ConfigurationError from any copy of this package. */
export function isConfigurationError(value: unknown): value is ConfigurationError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
