const SLASH = '/';

/** Removes the slashes at both ends of a path, in linear time: a regular expression for the end takes quadratic time. */
export function trimSlashes(path: string): string {
  let from = 0;
  while (path[from] === SLASH) from += 1;
  return trimTrailingSlashes(path.slice(from));
}

/** Removes the slashes at the end of a path, in linear time. */
export function trimTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === SLASH) end -= 1;
  return path.slice(0, end);
}
