import type { FsxAccount, FsxOperations } from '../fsx-account.js';
import { AwsError } from '../protocol/aws-error.js';
import type { Tag } from '../protocol/fsx-members.js';
import { cutPage } from '../protocol/paging.js';
import { parseRequest } from '../protocol/request-shape.js';
import { withoutTags, withTags } from './resource-tags.js';
import { listTagsForResourceShape, tagResourceShape, untagResourceShape } from './tag-shapes.js';

/** The operations on tags, which name a file system, backup, association or task by its ARN. */
export class TagApi {
  readonly operations: FsxOperations = new Map([
    ['TagResource', (body: unknown) => this.#tag(body)],
    ['UntagResource', (body: unknown) => this.#untag(body)],
    ['ListTagsForResource', (body: unknown) => this.#list(body)],
  ]);

  constructor(private readonly account: FsxAccount) {}

  #tag(body: unknown): object {
    const request = parseRequest(tagResourceShape, body);
    const resource = this.#taggable(request.ResourceARN);
    resource.Tags = withTags(resource.Tags, request.Tags);
    return {};
  }

  #untag(body: unknown): object {
    const request = parseRequest(untagResourceShape, body);
    const resource = this.#taggable(request.ResourceARN);
    resource.Tags = withoutTags(resource.Tags, request.TagKeys);
    return {};
  }

  #list(body: unknown): object {
    const request = parseRequest(listTagsForResourceShape, body);
    const tags = this.#taggable(request.ResourceARN).Tags;
    const page = cutPage(
      {
        operation: 'ListTagsForResource',
        items: tags.map((tag, index) => ({ tag, index })),
        keyOf: ({ index }) => index,
        limit: 50,
      },
      request,
    );
    return { Tags: page.items.map(({ tag }) => tag), NextToken: page.nextToken };
  }

  #taggable(arn: string): { Tags: readonly Tag[] } {
    const { seed } = this.account;
    if (!arn.startsWith('arn:aws:fsx:'))
      throw new AwsError('NotServiceResourceError', `The resource ${arn} is not an Amazon FSx resource.`, {
        ResourceARN: arn,
      });
    const own = `arn:aws:fsx:${seed.region}:${seed.accountId}:`;
    const [kind, ...ids] = arn.startsWith(own) ? arn.slice(own.length).split('/') : [];
    const found = this.#find(kind, ids.at(-1) ?? '');
    if (!found)
      throw new AwsError('ResourceNotFound', `The resource ${arn} does not exist.`, { ResourceARN: arn });
    return found.wire;
  }

  #find(kind: string | undefined, id: string): { readonly wire: { Tags: readonly Tag[] } } | undefined {
    const { fileSystems, backups, associations, tasks } = this.account;
    switch (kind) {
      case 'file-system':
        return fileSystems.find(id);
      case 'backup':
        return backups.find(id);
      case 'association':
        return associations.find(id);
      case 'task':
        return tasks.find(id);
      default:
        return undefined;
    }
  }
}
