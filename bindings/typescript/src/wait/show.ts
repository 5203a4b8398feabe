import { oneLine } from '../body/one-line.js';
import type { Task } from '../body/tasks.js';
import type { ClientContext } from '../context.js';
import { HwtasksError, unexpected } from '../errors.js';
import { type ResponseInfo, type WithResponse, withResponse } from '../http/response.js';
import { type Bounds, Call } from '../http/transport.js';
import { type Decoded, execute } from '../list/request.js';
import type { Operation, TaskList } from '../operations.js';

/** Calls the operation that shows one task; its response holds a list. */
export function fetchTask<List extends TaskList<Task>>(
  context: ClientContext,
  operation: Operation<List>,
  instance: string,
  task: string,
  bounds?: Bounds,
): Promise<Decoded<List>> {
  const call = new Call(operation.id, context.transport, bounds);
  const ids = { instance_id: instance, task_id: task };
  return execute(call, context, operation, ids, () => ({}));
}

/** Returns the only task of the response, if it is the requested one. */
export function onlyTask<T extends Task>(
  operation: Operation<unknown>,
  id: string,
  tasks: T[],
  response: ResponseInfo,
): WithResponse<T> {
  const [task] = tasks;
  if (tasks.length === 1 && task?.id === id) return withResponse(task, response);
  const why =
    tasks.length === 1
      ? `the response holds another task, ${JSON.stringify(oneLine(task?.id ?? ''))}`
      : `the response holds ${tasks.length} tasks instead of one`;
  throw HwtasksError.withDetails(unexpected(response, why), { operation: operation.id });
}
