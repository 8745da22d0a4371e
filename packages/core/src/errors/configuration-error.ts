/**
 * The driver was started with settings that it cannot work with. The message is one line that names the setting
 * and what to write there; the executable prints it and exits with status 2.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
