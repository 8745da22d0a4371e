import type { ArmAnswer, ArmCall } from './arm-route.js';
import { pageOf, type Listed } from './page.js';

/** Answers lists in short pages, as `{value, nextLink}`. */
export class Pager {
  constructor(
    private readonly origin: () => string,
    private readonly pageSize: number,
  ) {}

  answer<T extends Listed>(call: ArmCall, items: readonly T[], render: (item: T) => unknown): ArmAnswer {
    const page = pageOf(items, this.pageSize, call.query.get('$skiptoken'));
    const next = `${this.origin()}${call.path}?api-version=${call.apiVersion}&$skipToken=`;
    return {
      status: 200,
      body: {
        value: page.items.map(render),
        ...(page.skipToken === undefined ? {} : { nextLink: `${next}${page.skipToken}` }),
      },
    };
  }
}
