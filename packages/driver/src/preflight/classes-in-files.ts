import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ConfigurationError, messageOf } from '@lustre-csi/core';
import { parseAllDocuments } from 'yaml';
import { listAt, textAt } from '../kubernetes/object-fields.js';
import { toStorageClass, type StorageClass } from '../kubernetes/storage-classes.js';

/** StorageClasses in files, and the names of those that belong to other drivers. */
export interface FoundClasses {
  readonly own: readonly StorageClass[];
  readonly foreign: readonly string[];
}

/** Reads StorageClasses from YAML or JSON files, which may contain other objects and lists. `-` is standard input.
 *  @throws ConfigurationError naming the file that cannot be read */
export async function classesIn(files: readonly string[], driverName: string): Promise<FoundClasses> {
  const objects: unknown[] = [];
  for (const file of files) {
    const content = await contentOf(file);
    for (const document of parseAllDocuments(content)) {
      const [fault] = document.errors;
      if (fault) throw new ConfigurationError(`${file} is no YAML: ${fault.message.split('\n')[0]}`);
      const object: unknown = document.toJS();
      objects.push(...(textAt(object, 'kind')?.endsWith('List') ? listAt(object, 'items') : [object]));
    }
  }
  const classes = objects.filter((object) => textAt(object, 'kind') === 'StorageClass');
  const isOwn = (object: unknown): boolean => textAt(object, 'provisioner') === driverName;
  return {
    own: classes.filter(isOwn).map(toStorageClass),
    foreign: classes
      .filter((object) => !isOwn(object))
      .map(
        (object) =>
          `${textAt(object, 'metadata', 'name') ?? ''} (${textAt(object, 'provisioner') ?? 'no provisioner'})`,
      ),
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read: ${messageOf(error)}`);
  }
}
