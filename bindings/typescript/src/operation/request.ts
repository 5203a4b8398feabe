import { decode, Mismatch } from '../body/decode.js';
import {
  encoded,
  pathSegment,
  requireInteger,
  requireNotNegative,
  requireString,
} from '../body/ids.js';
import { ItemReader } from '../body/items.js';
import { oneLine } from '../body/one-line.js';
import { lowerBound, type Time, upperBound } from '../body/time.js';
import { checks } from '../config/checks.js';
import type { CallOptions } from '../config/options.js';
import type { ClientContext } from '../context.js';
import {
  asHwtasksError,
  decodeError,
  HwtasksError,
  invalidInput,
  statusError,
  unexpected,
} from '../errors.js';
import { type ResponseInfo, type WithResponse, withResponse } from '../http/response.js';
import { retryPolicy } from '../http/retry.js';
import { Call } from '../http/transport.js';
import type { Pace } from '../list/pace.js';
import type { Operation, QueryParameter } from './operation.js';

/** Options of a call, by their names. */
type Options = CallOptions & { readonly [option: string]: unknown };

/** A request of an operation, as data. */
export interface Request<Body extends object, Item extends object> {
  readonly context: ClientContext;
  readonly operation: Operation<Body, Item>;
  /** The arguments in the path, in its order. */
  readonly ids: readonly string[];
  readonly options: Options;
  /** Ends the call at this moment of the client's clock, if its timeout does not end it sooner. */
  readonly deadline?: number;
  /** The pace of the sweep that the request is part of. */
  readonly pace?: Pace;
}

/** A decoded body and its response. */
export interface Decoded<Body> {
  readonly body: Body;
  readonly response: ResponseInfo;
}

/** A request with these arguments and options. */
export function request<Body extends object, Item extends object>(
  context: ClientContext,
  operation: Operation<Body, Item>,
  ids: readonly string[],
  options: CallOptions = {},
): Request<Body, Item> {
  return { context, operation, ids, options: options as Options };
}

/** Checks the values of options of a call: they are the same for each of its requests. */
export function checkCall({ timeout = 0, attemptTimeout = 0, retry }: CallOptions): void {
  requireNotNegative({ timeout, attemptTimeout });
  if (retry !== undefined) retryPolicy(retry);
}

/** Checks the options of a request. An error is one of its call. */
export function checkRequest({ operation, options }: Request<object, object>): void {
  try {
    const names = operation.queryParameters.map(({ option }) => option);
    checks.current?.options('call', options, names);
    checkCall(options);
  } catch (error) {
    throw HwtasksError.withDetails(asHwtasksError(error), { operation: operation.operationId });
  }
}

/** The value of a query parameter, by its index. */
export function valueAt(request: Request<object, object>, index: number | undefined): unknown {
  return request.options[optionAt(request, index)];
}

/** The request with these values of query parameters, by their indexes. */
export function withValues<Body extends object, Item extends object>(
  request: Request<Body, Item>,
  values: readonly (readonly [index: number | undefined, value: unknown])[],
): Request<Body, Item> {
  const changes = values
    .map(([index, value]) => [optionAt(request, index), value] as const)
    .filter(([option]) => option !== '');
  return { ...request, options: { ...request.options, ...Object.fromEntries(changes) } };
}

function optionAt({ operation }: Request<object, object>, index = -1): string {
  return operation.queryParameters[index]?.option ?? '';
}

/** Sends a request and decodes the body. */
export async function send<Body extends object>(
  request: Request<Body, object>,
): Promise<WithResponse<Body>> {
  const { body, response } = await execute(request);
  return withResponse(body, response);
}

/** Sends a request for one item by its ID, the last argument, and returns the item. */
export async function sendOne<Item extends object>(
  request: Request<object, Item>,
): Promise<WithResponse<Item>> {
  const { body, response } = await execute(request);
  return withResponse(onlyItem(request, body, response), response);
}

/** The one item of a body, if it has the ID that was asked for. */
export function onlyItem<Item extends object>(
  { operation, ids }: Request<object, Item>,
  body: object,
  response: ResponseInfo,
): Item {
  const reader = new ItemReader<Item>(operation.body);
  const [item, ...others] = reader.items(body);
  const id = item && reader.identity(item);
  if (item && others.length === 0 && id === ids.at(-1)) return item;
  const count = item === undefined ? 0 : others.length + 1;
  const { operationId, pathParameters } = operation;
  const noun = nounOf(pathParameters.at(-1) ?? '');
  const why =
    count === 1
      ? `the response holds another ${noun}, ${JSON.stringify(oneLine(id ?? ''))}`
      : `the response holds ${count} ${noun}s instead of one`;
  throw HwtasksError.withDetails(unexpected(response, why), { operation: operationId });
}

/** What an ID identifies: `task` of `task ID`. */
export function nounOf(label: string): string {
  return label.replace(/ ID$/, '');
}

/** Sends a request and decodes the body. Invalid input is an error of the call, like any other. */
export async function execute<Body extends object>(
  request: Request<Body, object>,
): Promise<Decoded<Body>> {
  checkRequest(request);
  const { pace } = request;
  return pace === undefined ? executeOnce(request) : pace.run(() => executeOnce(request));
}

async function executeOnce<Body extends object>(
  request: Request<Body, object>,
): Promise<Decoded<Body>> {
  const { context, operation, ids, options, deadline, pace } = request;
  const call = new Call(operation.operationId, context.transport, {
    ...options,
    deadline,
    ...(pace && { retriesThrottled: false }),
  });
  try {
    const { service, method } = operation;
    const base = context[service]?.value;
    if (base === undefined) {
      const label = service === 'dcs' ? 'DCS' : 'Kafka';
      throw invalidInput(
        `no ${label} endpoint is set`,
        `set it with the option ${service}Endpoint, or set the region`,
      );
    }
    const left = ids.values();
    const segments = operation.pathParameters.map((label) => {
      return label === null ? null : pathSegment(label, left.next().value as string);
    });
    const query = queryOf(operation, options);
    // Last, because it may have to be looked up.
    const { known } = context.project;
    const project = pathSegment('project ID', known?.value ?? (await context.project.id(call)));
    const url = base + pathOf(operation, segments, project) + (query && `?${query}`);
    return await call.send({ url, method }, (response) => {
      return { body: bodyOf(operation, response), response };
    });
  } catch (error) {
    throw HwtasksError.withDetails(asHwtasksError(error), { operation: operation.operationId });
  }
}

/** The path: each braced segment is the parameter in its place; `null` is the project. */
function pathOf({ path }: Operation, segments: (string | null)[], project: string): string {
  const left = segments.values();
  return path.replace(/\{\w+\}/g, () => left.next().value ?? project);
}

/** The query, in the order in which a signature wants it. */
function queryOf({ queryParameters }: Operation, options: Options): string {
  const pairs: string[] = [];
  for (const parameter of queryParameters) {
    const value = options[parameter.option];
    if (value !== undefined) pairs.push(`${parameter.key}=${written(parameter, value)}`);
  }
  return pairs.sort().join('&');
}

function written(parameter: QueryParameter, value: unknown): string | undefined {
  const { option } = parameter;
  switch (parameter.type) {
    case 'integer':
      return String(requireInteger(option, value as number, parameter.minimum, parameter.maximum));
    case 'lower':
      return lowerBound(option, value as Time);
    case 'upper':
      return upperBound(option, value as Time);
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      throw invalidInput(`the ${option} is ${typeof value}, not a boolean`);
    default:
      requireString(option, value);
      return encoded(value);
  }
}

function bodyOf<Body>(operation: Operation, response: ResponseInfo): Body {
  if (response.status !== 200) throw statusError(response);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(response.rawBody);
  } catch {
    throw decodeError(response, '', 'it is not UTF-8');
  }
  if (text.trim() === '') throw decodeError(response, '', 'the body is empty');
  try {
    return decode<Body>(operation.body, text);
  } catch (error) {
    if (error instanceof Mismatch) throw decodeError(response, error.place, error.message);
    if (error instanceof SyntaxError) throw decodeError(response, '', error.message);
    throw error;
  }
}
