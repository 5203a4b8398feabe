import { decode, Mismatch } from '../body/decode.js';
import { pathSegment, requireInteger } from '../body/ids.js';
import type { Task } from '../body/tasks.js';
import { lowerBound, type Time, upperBound } from '../body/time.js';
import type { CallOptions } from '../config/options.js';
import type { ClientContext } from '../context.js';
import { decodeError, invalidInput, statusError } from '../errors.js';
import { type ResponseInfo, type WithResponse, withResponse } from '../http/response.js';
import { Call } from '../http/transport.js';
import type { ListOperation, Operation, TaskList } from '../operations.js';

/** Which page of which time window a list operation is asked for. */
export interface ListOptions extends CallOptions {
  /**
   * Only tasks from this time on. The query knows whole seconds in UTC: rounded down, so that no task
   * is lost.
   */
  readonly since?: Time | undefined;
  /**
   * Only tasks up to this time. The query knows whole seconds in UTC: rounded up, so that no task is
   * lost.
   */
  readonly until?: Time | undefined;
}

/** The request of a list operation. */
export interface ListRequest<List extends TaskList<Task>> extends ListOptions {
  readonly context: ClientContext;
  readonly operation: ListOperation<List>;
  readonly instance: string;
  /** Where the page starts, by the operation's own counting. */
  readonly position?: number | undefined;
  readonly limit?: number | undefined;
  /** Ends the call at this moment of the client's clock, if its timeout does not end it sooner. */
  readonly deadline?: number | undefined;
}

/** The request of a list operation with these options. */
export function listRequest<List extends TaskList<Task>>(
  context: ClientContext,
  operation: ListOperation<List>,
  instance: string,
  options: ListOptions = {},
): ListRequest<List> {
  // Where the page starts is the one option that each operation names otherwise.
  const { [operation.position]: position } = options as { readonly [name: string]: number };
  return { ...options, context, operation, instance, position };
}

/** A decoded body and the answer it came in. */
export interface Decoded<List> {
  readonly list: List;
  readonly answer: ResponseInfo;
}

/** Asks for a page. */
export async function fetchList<List extends TaskList<Task>>(
  request: ListRequest<List>,
): Promise<WithResponse<List>> {
  const { context, operation, instance, position, limit, since, until } = request;
  const call = new Call(operation.id, context.transport, request);
  const { list, answer } = await execute(
    call,
    context,
    operation,
    { instance_id: instance },
    () => ({
      [operation.position]:
        position === undefined
          ? undefined
          : requireInteger(operation.position, position, operation.first),
      limit: limit === undefined ? undefined : requireInteger('limit', limit, 1),
      [operation.since]: lowerBound('since', since),
      [operation.until]: upperBound('until', until),
    }),
  );
  return withResponse(list, answer);
}

/** Sends an operation. What is not valid is an error of the call, like every other. */
export function execute<List>(
  call: Call,
  context: ClientContext,
  operation: Operation<List>,
  ids: Readonly<Record<string, string>>,
  query: () => Readonly<Record<string, string | number | undefined>>,
): Promise<Decoded<List>> {
  return call.annotate(async () => {
    const { service } = operation;
    const base = context[service]?.value;
    if (base === undefined) {
      const name = service === 'dcs' ? 'DCS' : 'Kafka';
      throw invalidInput(
        `no ${name} endpoint is set`,
        `set it with the option ${service}Endpoint, or set the region`,
      );
    }
    const segments: Record<string, string> = {};
    for (const [name, id] of Object.entries(ids)) {
      segments[name] = pathSegment(name.replace('_id', ' ID'), id);
    }
    const pairs = Object.entries(query()).filter(([, value]) => value !== undefined);
    // Last, because it may have to be looked up.
    segments.project_id = pathSegment('project ID', await context.project.id(call));
    const path = operation.url.replace(/\{(\w+)\}/g, (_, name: string) => segments[name] ?? '');
    // In the order in which a signature wants them.
    const text = pairs.map(([name, value]) => `${name}=${value}`).sort();
    const url = base + path + (text.length === 0 ? '' : `?${text.join('&')}`);
    return call.send({ url }, (answer) => ({ list: bodyOf(operation, answer), answer }));
  });
}

function bodyOf<List>(operation: Operation<List>, answer: ResponseInfo): List {
  if (answer.status !== 200) throw statusError(answer);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(answer.rawBody);
  } catch {
    throw decodeError(answer, '', 'it is not UTF-8');
  }
  if (text.trim() === '') throw decodeError(answer, '', 'the body is empty');
  try {
    return decode<List>(operation.body, text);
  } catch (error) {
    if (error instanceof Mismatch) {
      throw decodeError(answer, error.place.replace(/^\./, ''), error.message);
    }
    if (error instanceof SyntaxError) throw decodeError(answer, '', error.message);
    throw error;
  }
}
