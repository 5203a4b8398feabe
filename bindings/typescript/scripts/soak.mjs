// The TypeScript client of `cargo xtask soak`: calls the emulator, checks every result, and prints
// its tally as one line of JSON.
//
// Arguments: the number of concurrent loops, and the duration in seconds. The environment configures
// the client. It needs a build.

import { Client, HwtasksError } from 'hwtasks';

// The instance of both services. Its tasks are t24 to t00, newest first.
const INSTANCE = 'soak';
const ALL = Array.from({ length: 25 }, (_, i) => `t${String(24 - i).padStart(2, '0')}`);
const [workers, seconds] = process.argv.slice(2).map(Number);
const end = performance.now() + seconds * 1000;
const tally = { right: 0, errors: {}, wrong: [] };

const calls = [
  async (client) => {
    const list = await client.kafka.list(INSTANCE, { limit: 10 });
    return [list.tasks.map((task) => task.id), ALL.slice(0, 10)];
  },
  async (client, number) => {
    const expected = ALL[number % ALL.length];
    return [(await client.kafka.show(INSTANCE, expected)).id, expected];
  },
  async (client) => {
    const found = [];
    for await (const task of client.dcs.items(INSTANCE, { limit: 7 })) found.push(task.id);
    return [found, ALL];
  },
  async (client) => {
    const list = await client.dcs.instances();
    return [list.instances.map((found) => found.instance_id), [INSTANCE]];
  },
  async (client) => {
    try {
      return [await client.dcs.list('no-such-instance'), 'an error'];
    } catch (error) {
      if (error instanceof HwtasksError && error.isNotFound) return ['', ''];
      throw error;
    }
  },
];

async function work(client, first) {
  for (let number = first; performance.now() < end; number += 7) {
    const which = number % calls.length;
    try {
      const [found, expected] = (await calls[which](client, number)).map((it) =>
        JSON.stringify(it),
      );
      if (found === expected) tally.right += 1;
      else tally.wrong.push(`call ${which}: ${found}`);
    } catch (error) {
      if (error instanceof HwtasksError) {
        tally.errors[error.kind] = (tally.errors[error.kind] ?? 0) + 1;
      } else tally.wrong.push(`call ${which}: ${error?.stack ?? error}`);
    }
  }
}

const client = await Client.fromEnv();
await Promise.all(Array.from({ length: workers }, (_, first) => work(client, first)));
console.log(JSON.stringify(tally));
