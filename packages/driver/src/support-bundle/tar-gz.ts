import { createGzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { pack } from 'tar-stream';

/** File of a bundle. */
export interface BundleFile {
  /** Relative path. */
  readonly name: string;
  readonly content: string;
}

/** Writes files as a tar.gz, and waits until all is written. */
export async function writeTarGz(
  files: AsyncIterable<BundleFile>,
  to: Writable,
  at: Date = new Date(),
): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createGzip(), to, { end: false });
  for await (const { name, content } of files) {
    await new Promise<void>((resolve, reject) => {
      archive.entry({ name, mtime: at, mode: 0o600 }, content, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
  archive.finalize();
  await written;
}
