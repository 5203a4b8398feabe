import { ItemReader } from '../body/items.js';
import { HwtasksError, unexpected } from '../errors.js';
import type { WithResponse } from '../http/response.js';
import type { Paging } from '../operation/operation.js';
import { checkRequest, type Request, send, valueAt, withValues } from '../operation/request.js';

/** The size of a page where the documents name no largest one. */
const DEFAULT_PAGE_SIZE = 100;
/** Of an operation that has no parameter for a page. */
const NO_PAGING: Paging = { position: -1, first: 0, size: -1 };
/** How far past a repeated page the position is probed: further than any list is long. */
const PROBE_OFFSET = 1_000_000;
/** How many full pages in a row may hold nothing new, beyond those that the items seen would fill. */
const MAX_PAGES_WITHOUT_NEW = 100;

/** Yields the items of a list, over as many pages as it takes. */
export async function* itemsOf<Item extends object>(
  request: Request<object, Item>,
): AsyncGenerator<Item, void, undefined> {
  const reader = new ItemReader<Item>(request.operation.body);
  for await (const page of pagesOf(request)) yield* reader.items(page);
}

/**
 * Reads a list page by page, while items are added and deleted. Yields the first page, and each page
 * with an item not seen before.
 *
 * Invariant between requests: every item that existed throughout and stands before some seen item was
 * seen. A page that starts at the front, or holds a seen item, carries the invariant to its end. So
 * neither a position nor a count needs to be trusted.
 */
export async function* pagesOf<Body extends object, Item extends object>(
  request: Request<Body, Item>,
): AsyncGenerator<WithResponse<Body>, void, undefined> {
  checkRequest(request);
  const { operation } = request;
  const { operationId, paging = NO_PAGING } = operation;
  const reader = new ItemReader<Item>(operation.body);
  const asked = (valueAt(request, paging.size) as number) ?? paging.largest ?? DEFAULT_PAGE_SIZE;
  // Pages of one cannot overlap.
  const size = asked === 1 ? 2 : asked;
  const front = (valueAt(request, paging.position) as number) ?? paging.first;
  const seen = new Set<string>();
  let position = front;
  /** How far the last rewind went. */
  let rewound = 0;
  let pagesWithoutNew = 0;
  /** Whether the service has shown that it honors the position. */
  let isPositionHonored = false;
  let hasStarted = false;

  for (let hasEnded = false; !hasEnded; ) {
    const page = await fetch(position);
    const items = reader.items(page);
    const { length } = items;
    if (position > front && !items.some(isSeen)) {
      // Rewinds to a seen item: deleted items moved the others to the front.
      isPositionHonored = true;
      rewound = Math.max(rewound * 2, size - 1);
      position = Math.max(position - rewound, front);
      continue;
    }
    rewound = 0;
    const hasNew = retainNew(page);
    if (length >= size) {
      if (hasNew) pagesWithoutNew = 0;
      else await checkRepeated(page);
    } else {
      const shown = Math.max(0, position - paging.first) + length;
      const promisesMore = (reader.count(page) ?? 0) > shown;
      hasEnded = !(hasNew && promisesMore && length > 1);
    }
    position += Math.max(0, length - 1);
    if (hasNew || !hasStarted) yield page;
    hasStarted = true;
  }

  async function fetch(position: number): Promise<WithResponse<Body>> {
    const values = [
      [paging.position, position],
      [paging.size, size],
    ] as const;
    const page = await send(withValues(request, values));
    reader.fillOnlyItem(page);
    return page;
  }

  /** What tells an item from the others. */
  function keyOf(item: Item): string {
    const id = reader.identity(item);
    // JSON never writes an ID like the key of an item without one.
    return id === ''
      ? JSON.stringify([reader.label(item) ?? '', reader.started(item) ?? ''])
      : `=${id}`;
  }

  function isSeen(item: Item): boolean {
    return seen.has(keyOf(item));
  }

  /** Leaves the items of a page that were not seen before; returns whether there are any. */
  function retainNew(page: Body): boolean {
    const withoutId: string[] = [];
    const items = reader.items(page).filter((item) => {
      const key = keyOf(item);
      if (seen.has(key)) return false;
      // Items on one page are different items, however alike they are.
      if (key.startsWith('=')) seen.add(key);
      else withoutId.push(key);
      return true;
    });
    reader.setItems(page, items);
    for (const key of withoutId) seen.add(key);
    return items.length > 0;
  }

  /** Throws if the service returns the same page at every position. */
  async function checkRepeated(page: WithResponse<Body>): Promise<void> {
    pagesWithoutNew += 1;
    const seenPages = Math.floor(seen.size / Math.max(1, size - 1));
    if (pagesWithoutNew > MAX_PAGES_WITHOUT_NEW + seenPages) throw repeated(page);
    if (isPositionHonored) return;
    try {
      const far = reader.items(await fetch(position + PROBE_OFFSET));
      if (far.length > 0 && far.every(isSeen)) throw repeated(page);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    isPositionHonored = true;
  }

  function repeated({ response }: WithResponse<Body>): HwtasksError {
    const key = operation.queryParameters[paging.position]?.key;
    const why = `the page at ${key} ${position} repeats the pages before and holds nothing new`;
    return HwtasksError.withDetails(unexpected(response, why), { operation: operationId });
  }
}

/** Whether the service rejected the position, rather than the caller or the moment. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof HwtasksError)) return false;
  const { kind, status = 0 } = error;
  return kind === 'Api' && status < 500 && ![401, 403, 408, 429].includes(status);
}
