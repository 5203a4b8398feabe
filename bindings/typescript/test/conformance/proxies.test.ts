import { expect, it } from 'vitest';

import { Client } from '../../src/index.js';
import { contentOf } from './corpus.js';

const { cases } = contentOf('proxies.json') as {
  cases: { environment: Record<string, string>; expect: { error?: unknown } }[];
};

it('fetch decides about proxies, and no variable of one is read', async () => {
  expect(cases.length).toBeGreaterThan(50);
  const read: string[] = [];
  for (const one of cases) {
    const env = new Proxy(one.environment, {
      get(target, name) {
        read.push(String(name));
        return Reflect.get(target, name) as unknown;
      },
    });
    const sent: string[] = [];
    const client = await Client.fromEnv({
      env,
      region: 'cn-north-4',
      projectId: 'p',
      token: 't',
      fetch: (url) => {
        sent.push(new URL(url).host);
        return Promise.resolve(Response.json({ tasks: [] }));
      },
    });
    await client.kafka.list('i');
    expect(sent).toEqual(['dms.cn-north-4.myhuaweicloud.com']);
  }
  expect(read.filter((name) => /proxy/i.test(name))).toEqual([]);
});
