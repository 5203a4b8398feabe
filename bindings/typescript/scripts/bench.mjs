// Compares signed calls of the client with bare `fetch` and the same signature: npm run bench
//
// Both call a server in a process of its own, which returns one list of two tasks. They take turns, so that
// what else the machine does meets both. A ratio is that of CPU time, or of calls a second.
//
// Argument: seconds. With --cpu-prof before the script, Node.js writes a profile.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';

import { Client, Credentials } from 'hwtasks';
import { sign } from 'hwtasks/signer';

const TASK = {
  id: '8abfa7b272adc5b40172b73130065ae7',
  name: 'CREATE',
  user_name: 'paas_dcs',
  user_id: 'd53977d1adfb49c5b025ba7d33a13fd7',
  params: '{"partition_count":"100"}',
  status: 'SUCCESS',
  created_at: '2020-06-17T07:38:42.503Z',
  updated_at: '2020-06-17T08:18:06.597Z',
};
const BODY = JSON.stringify({ task_count: '2', tasks: [TASK, { ...TASK, id: 'another' }] });
const BATCH = 64;
const CONCURRENCY = 8;

if (process.send) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(BODY);
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  await compare(Number(process.argv[2] ?? 10));
}

async function compare(seconds) {
  const server = fork(new URL(import.meta.url), { execArgv: [] });
  const port = await new Promise((resolve) => server.once('message', resolve));
  const endpoint = `http://127.0.0.1:${port}`;
  const [accessKey, secretKey, projectId, instance] = ['AK', 'SK', 'p', '5560df16'];
  const credentials = Credentials.keys(accessKey, secretKey);
  const client = new Client({ kafkaEndpoint: endpoint, projectId, credentials });
  const url = `${endpoint}/v2/${projectId}/instances/${instance}/tasks?limit=50`;
  const ways = {
    bare: async () => {
      const signed = await sign({ url }, { accessKey, secretKey }, new Date());
      const { Host: _, ...headers } = signed.headers;
      const response = await fetch(signed.url, { headers });
      return (await response.json()).tasks.length;
    },
    client: async () => (await client.kafka.list(instance, { limit: 50 })).tasks.length,
  };
  const runs = [];
  const end = performance.now() + seconds * 1000;
  for (let run = 0; run < 5 || performance.now() < end; run += 1) {
    const names = run % 2 === 0 ? ['bare', 'client'] : ['client', 'bare'];
    const took = {};
    for (const name of names) took[name] = await batch(ways[name]);
    // What is compiled is not measured.
    if (run > 3) runs.push(took);
  }
  server.kill();
  const of = (name, what) => median(runs.map((took) => took[name][what]));
  for (const name of Object.keys(ways)) {
    const [wall, cpu] = [of(name, 'wall'), of(name, 'cpu')];
    console.log(
      `${name.padEnd(7)} ${Math.round(1000 / wall)} calls/s, ${Math.round(cpu * 1000)} us of CPU a call`,
    );
  }
  const ratio = (what) => median(runs.map(({ bare, client }) => bare[what] / client[what]));
  console.log(`ratio   ${ratio('wall').toFixed(2)} calls/s, ${ratio('cpu').toFixed(2)} CPU`);
}

/** The milliseconds of a call, by the clock and of CPU. */
async function batch(call) {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const work = async () => {
    for (let n = 0; n < BATCH / CONCURRENCY; n += 1) {
      if ((await call()) !== 2) throw new Error('a wrong result');
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - began) / BATCH, cpu: (user + system) / 1000 / BATCH };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
