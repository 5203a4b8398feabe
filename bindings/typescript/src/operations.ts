import type { Task } from './body/tasks.js';
import type { Service } from './config/region.js';
import type {
  DcsTaskList,
  DcsTaskListV1,
  ListDcsTasksData,
  ListDcsTasksV1Data,
} from './generated/dcs/types.gen.js';
import type {
  KafkaTaskList,
  ListKafkaTasksData,
  ShowKafkaTaskData,
} from './generated/kafka/types.gen.js';

/** What the generated types say of an operation's request: another spelling does not compile. */
interface Data {
  readonly query?: unknown;
  readonly url: string;
}
type Spelled<D extends Data> = { readonly url: D['url'] };
type Parameter<D extends Data> = keyof NonNullable<D['query']>;
type SpelledList<D extends Data> = Spelled<D> &
  Readonly<Record<'position' | 'since' | 'until', Parameter<D>>>;

/** An operation, as the document has it. */
export interface Operation<List> {
  readonly id: string;
  readonly service: Exclude<Service, 'iam'>;
  readonly url: string;
  /** The name of its success. */
  readonly body: string;
  /** Only for its type. */
  readonly list?: List;
}

/** The body of a list operation. */
export interface TaskList<T extends Task> {
  tasks: T[];
  task_count?: string | number | null;
}

/** A list operation, with its own names for what all of them have. */
export interface ListOperation<List> extends Operation<List> {
  /** Where a page starts. */
  readonly position: string;
  /** The position of the first task. */
  readonly first: number;
  /** The page size asked for when none was set. */
  readonly page: number;
  readonly since: string;
  readonly until: string;
}

export const listDcsTasks: ListOperation<DcsTaskList> = {
  id: 'ListDcsTasks',
  service: 'dcs',
  url: '/v2/{project_id}/instances/{instance_id}/tasks',
  body: 'DcsTaskList',
  position: 'offset',
  first: 0,
  page: 1000,
  since: 'start_time',
  until: 'end_time',
} satisfies ListOperation<DcsTaskList> & SpelledList<ListDcsTasksData>;

export const listDcsTasksV1: ListOperation<DcsTaskListV1> = {
  id: 'ListDcsTasksV1',
  service: 'dcs',
  url: '/v1.0/{project_id}/instances/{instance_id}/tasks',
  body: 'DcsTaskListV1',
  position: 'start',
  first: 1,
  page: 100,
  since: 'beginTime',
  until: 'endTime',
} satisfies ListOperation<DcsTaskListV1> & SpelledList<ListDcsTasksV1Data>;

export const listKafkaTasks: ListOperation<KafkaTaskList> = {
  id: 'ListKafkaTasks',
  service: 'kafka',
  url: '/v2/{project_id}/instances/{instance_id}/tasks',
  body: 'KafkaTaskList',
  position: 'start',
  first: 1,
  page: 100,
  since: 'begin_time',
  until: 'end_time',
} satisfies ListOperation<KafkaTaskList> & SpelledList<ListKafkaTasksData>;

export const showKafkaTask: Operation<KafkaTaskList> = {
  id: 'ShowKafkaTask',
  service: 'kafka',
  url: '/v2/{project_id}/instances/{instance_id}/tasks/{task_id}',
  body: 'KafkaTaskList',
} satisfies Operation<KafkaTaskList> & Spelled<ShowKafkaTaskData>;
