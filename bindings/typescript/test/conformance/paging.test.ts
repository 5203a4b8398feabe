import { afterAll, beforeAll, expect } from 'vitest';

import type { Shape } from '../../src/body/shape.js';
import * as shapes from '../../src/generated/shapes.js';
import { type Client, HwtasksError } from '../../src/index.js';
import { Emulator } from '../emulator.js';
import { type Call, callOptions } from './call.js';
import { cases, known } from './corpus.js';
import { checkError, type ExpectedError, normal } from './normal.js';
import { play, type Script } from './script.js';

interface Case {
  readonly script: Script;
  readonly call: Call;
  readonly as?: 'pages';
  readonly take?: number;
  readonly expect: {
    ids?: string[];
    all?: string[];
    maybe?: string[];
    tasks?: unknown[];
    error?: ExpectedError;
    requests?: number;
    requests_at_most?: number;
  };
}

type Listed = { id: string } | { instance_id: string };

const SHAPE: Readonly<Record<string, Shape>> = {
  ListDcsTasksV1: shapes.DcsTaskV1,
  ListDcsTasks: shapes.DcsTask,
  ListKafkaTasks: shapes.KafkaTask,
  ListDcsInstances: shapes.DcsInstance,
  ListDmsInstances: shapes.DmsInstance,
};

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

const MEMBERS = ['script', 'call', 'as', 'take', 'expect'] as const;

cases<Case>('paging.json', MEMBERS, async ({ script, call, expect: of, ...given }) => {
  const wanted = ['ids', 'all', 'maybe', 'tasks'];
  known('expect', of, [...wanted, 'error', 'requests', 'requests_at_most']);
  const service = /Kafka|Dms/.test(call.operation) ? 'kafka' : 'dcs';
  await play(emulator, script, service, call.instance_id ?? '', async ({ client, requests }) => {
    const tasks: Listed[] = [];
    const read = async () => {
      for await (const task of stream(client, call, given.as === 'pages')) {
        tasks.push(task);
        if (tasks.length === given.take) break;
      }
    };
    const error = await read().then(
      () => undefined,
      (error) => error,
    );
    if (of.error === undefined) expect(error).toBeUndefined();
    else if (error instanceof HwtasksError) checkError(error, of.error);
    else throw error ?? new Error('it ends well');
    const ids = tasks.map((item) => ('id' in item ? item.id : item.instance_id));
    if (of.ids !== undefined) expect(ids).toEqual(of.ids);
    if (of.tasks !== undefined) {
      const shape = SHAPE[call.operation] ?? { members: '' };
      expect(tasks.map((task) => normal(task, shape))).toEqual(of.tasks);
    }
    if (of.all !== undefined) {
      const [all, maybe] = [new Set(of.all), new Set(of.maybe)];
      expect(ids.filter((id) => !maybe.has(id)).sort()).toEqual([...all].sort());
      expect(new Set(ids).size).toBe(ids.length);
    }
    const asked = await requests();
    if (of.requests !== undefined) expect(asked).toBe(of.requests);
    if (of.requests_at_most !== undefined) expect(asked).toBeLessThanOrEqual(of.requests_at_most);
  });
});

async function* stream(
  { dcs, kafka }: Client,
  { operation, instance_id, task_id: _, ...given }: Call,
  asPages: boolean,
): AsyncGenerator<Listed> {
  const instance = instance_id ?? '';
  const options = callOptions(operation, given);
  const lists = {
    ListDcsTasksV1: [() => dcs.itemsV1(instance, options), () => dcs.pagesV1(instance, options)],
    ListDcsTasks: [() => dcs.items(instance, options), () => dcs.pages(instance, options)],
    ListKafkaTasks: [() => kafka.items(instance, options), () => kafka.pages(instance, options)],
    ListDcsInstances: [() => dcs.instancesItems(options), () => dcs.instancesPages(options)],
    ListDmsInstances: [() => kafka.instancesItems(options), () => kafka.instancesPages(options)],
  } as const;
  const [items, pages] = lists[operation as keyof typeof lists];
  if (!asPages) yield* items();
  else for await (const page of pages()) yield* 'tasks' in page ? page.tasks : page.instances;
}
