// Calls the operation of a case with the generated client; the compiler checks the types of both bodies.
import * as dcs from './dcs/index.js';
import * as kafka from './kafka/index.js';

export type Case = {
  name: string;
  operation: string;
  parameters: { project_id: string; instance_id: string; task_id: string };
  url: string;
  token: string;
};

export type Result = { name: string; status?: number | undefined; decoded?: unknown; error?: string };

/** What the generated function returns. */
type Outcome<Data, Errors> = { data?: Data; error?: Errors; response?: Response | undefined };

async function decode<Data, Errors>(name: string, call: Promise<Outcome<Data, Errors>>): Promise<Result> {
  const { data, error, response } = await call;
  const decoded = response?.ok ? data : error;
  if (typeof decoded !== 'object') return { name, error: `no body: ${decoded}` };
  return { name, status: response?.status, decoded };
}

export async function run({ name, operation, parameters: path, url: baseUrl, token }: Case): Promise<Result> {
  const auth = (scheme: { name?: string }) => (scheme.name === 'X-Auth-Token' ? token : undefined);
  const options = { auth, baseUrl, path };
  switch (operation) {
    case 'ListDcsTasksV1':
      return decode<dcs.DcsTaskListV1, dcs.ErrorResponse>(name, dcs.listDcsTasksV1(options));
    case 'ListDcsTasks':
      return decode<dcs.DcsTaskList, dcs.ErrorResponse>(name, dcs.listDcsTasks(options));
    case 'ListKafkaTasks':
      return decode<kafka.KafkaTaskList, kafka.ErrorResponse>(name, kafka.listKafkaTasks(options));
    case 'ShowKafkaTask':
      return decode<kafka.KafkaTaskList, kafka.ErrorResponse>(name, kafka.showKafkaTask(options));
    default:
      return { name, error: `no call for ${operation}` };
  }
}
