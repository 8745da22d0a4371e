import { once } from 'node:events';
import {
  CreateFileSystemCommand,
  DeleteFileSystemCommand,
  DescribeFileSystemsCommand,
  type CreateFileSystemRequest,
  type DescribeFileSystemsResponse,
  type FSxClient,
  type FileSystem as SdkFileSystem,
} from '@aws-sdk/client-fsx';
import { DriverError } from '@lustre-csi/core';
import { clientRequestToken } from './create-request.js';
import { isFileSystemNotFound, toDriverError, type CallKind } from './errors.js';

/** The largest page that the API serves (API reference, DescribeFileSystems: FileSystems, at most 50 items). */
const PAGE_SIZE = 50;
/** Far beyond any account's quota: a listing that goes on after so many pages does not end by itself. */
const MAX_PAGES = 2000;

/** The calls that the driver makes to FSx, with its errors: the only user of the SDK's client. */
export class FsxApi {
  constructor(private readonly client: FSxClient) {}

  /** Every file system of the account in the region, of all types. Complete, or it throws. */
  async describeAll(signal: AbortSignal): Promise<readonly SdkFileSystem[]> {
    // Pages are cut while file systems come and go: one that is on two pages is still one.
    const byId = new Map<string | undefined, SdkFileSystem>();
    const seen = new Set<string>();
    let token: string | undefined;
    do {
      const page: DescribeFileSystemsResponse = await this.#describePage(token, signal);
      for (const fileSystem of page.FileSystems ?? []) byId.set(fileSystem.FileSystemId, fileSystem);
      token = page.NextToken || undefined;
      if (token !== undefined && (seen.has(token) || seen.size >= MAX_PAGES)) throw endlessListing(seen.size);
      if (token !== undefined) seen.add(token);
    } while (token !== undefined);
    return [...byId.values()];
  }

  /** One file system, or undefined where FSx says that it does not exist. */
  async describe(fileSystemId: string, signal: AbortSignal): Promise<SdkFileSystem | undefined> {
    const command = new DescribeFileSystemsCommand({ FileSystemIds: [fileSystemId] });
    try {
      const { FileSystems } = await unlessAborted(this.client.send(command, { abortSignal: signal }), signal);
      return FileSystems?.find((fileSystem) => fileSystem.FileSystemId === fileSystemId);
    } catch (error) {
      if (isFileSystemNotFound(error)) return undefined;
      throw this.#failed('DescribeFileSystems', 'lookup', error, signal);
    }
  }

  /** Starts a creation. The request's token keeps repetitions, the SDK's own included, from creating twice. */
  async create(request: CreateFileSystemRequest, signal: AbortSignal): Promise<SdkFileSystem> {
    try {
      const command = new CreateFileSystemCommand(request);
      const { FileSystem } = await unlessAborted(this.client.send(command, { abortSignal: signal }), signal);
      if (FileSystem) return FileSystem;
      throw new Error('the answer tells of no file system');
    } catch (error) {
      throw this.#failed('CreateFileSystem', 'effect', error, signal);
    }
  }

  /** Starts a deletion; a file system that is gone is no error. */
  async delete(fileSystemId: string, signal: AbortSignal): Promise<void> {
    const command = new DeleteFileSystemCommand({
      FileSystemId: fileSystemId,
      ClientRequestToken: clientRequestToken('delete', [fileSystemId]),
    });
    try {
      await unlessAborted(this.client.send(command, { abortSignal: signal }), signal);
    } catch (error) {
      if (isFileSystemNotFound(error)) return;
      throw this.#failed('DeleteFileSystem', 'effect', error, signal);
    }
  }

  async #describePage(token: string | undefined, signal: AbortSignal): Promise<DescribeFileSystemsResponse> {
    const command = new DescribeFileSystemsCommand({ MaxResults: PAGE_SIZE, NextToken: token });
    try {
      return await unlessAborted(this.client.send(command, { abortSignal: signal }), signal);
    } catch (error) {
      throw this.#failed('DescribeFileSystems', 'lookup', error, signal);
    }
  }

  #failed(operation: string, kind: CallKind, error: unknown, signal: AbortSignal): DriverError {
    return toDriverError(error, { operation, kind, signal });
  }
}

/** The SDK looks at its signal only while a request is under way, not while it waits for credentials or to retry. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const answered = new AbortController();
  const aborted = once(signal, 'abort', { signal: answered.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    answered.abort();
  }
}

const endlessListing = (pages: number): DriverError =>
  new DriverError(
    'unavailable',
    `DescribeFileSystems failed: after ${pages + 1} pages its NextToken leads in a circle or on without end. ` +
      'The listing is repeated by itself; if this stays, report it to AWS',
  );
