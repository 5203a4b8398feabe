import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Credentials, HwtasksError } from '../src/index.js';
import { Emulator, INSTANCE } from './emulator.js';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
});

afterAll(() => emulator.stop());

describe('a signed call', () => {
  it('lists the tasks of a Kafka instance', async () => {
    const list = await emulator.client().kafka.list(INSTANCE, { start: 2, limit: 1 });
    expect(list.task_count).toBe('4');
    expect(list.tasks.map((task) => task.id)).toEqual(['8abfa7b372160bfd0172165864064079']);
    expect(list.tasks[0]?.status).toBe('EXECUTING');
    expect(list.response.status).toBe(200);
    expect(JSON.parse(new TextDecoder().decode(list.response.rawBody))).toEqual(list);
  });

  it('lists the tasks of a DCS instance by V2 and by V1.0', async () => {
    const { dcs } = emulator.client();
    const list = await dcs.list(INSTANCE, { offset: 1, limit: 1 });
    expect(list.tasks).toHaveLength(1);
    const old = await dcs.listV1(INSTANCE, { start: 2, limit: 1 });
    expect(old.tasks[0]?.id).toBe(list.tasks[0]?.id);
  });

  it('shows one task', async () => {
    const id = '8abfa7b272adc5b40172b73130065ae7';
    const task = await emulator.client().kafka.show(INSTANCE, id);
    expect(task).toMatchObject({ id, name: 'bindInstancePublicIp', status: 'SUCCESS' });
  });

  it('says what is not there', async () => {
    const error = await emulator
      .client()
      .kafka.show(INSTANCE, 'none')
      .catch((error) => error);
    expect(error).toBeInstanceOf(HwtasksError);
    expect(error.operation).toBe('ShowKafkaTask');
    expect(error.isNotFound || error.code === 'DMS.00400070').toBe(true);
  });
});

describe('other credentials', () => {
  it('are a token', async () => {
    const client = emulator.client({ credentials: Credentials.token(emulator.token) });
    expect((await client.kafka.list(INSTANCE)).tasks.length).toBeGreaterThan(0);
  });

  it('are refused when the secret is wrong', async () => {
    const { HUAWEICLOUD_SDK_AK = '' } = emulator.variables;
    const client = emulator.client({ credentials: Credentials.keys(HUAWEICLOUD_SDK_AK, 'wrong') });
    const error = await client.kafka.list(INSTANCE).catch((error) => error);
    expect(error).toMatchObject({ isUnauthorized: true, attempts: 1, kind: 'Api' });
  });
});
