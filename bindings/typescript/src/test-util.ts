/**
 * Helpers for tests of programs that use this package.
 *
 * @packageDocumentation
 */

import type { Clock } from './body/time.js';

/**
 * A clock that only moves when a test advances it. A sleep returns immediately and advances the clock.
 *
 * @example
 * ```ts
 * const clock = new ManualClock('2026-01-02T03:04:05Z');
 * const client = new Client({ ...options, clock });
 * ```
 */
export class ManualClock implements Clock {
  /** The duration of each sleep so far, in milliseconds. */
  readonly sleeps: number[] = [];
  readonly #start: number;
  #elapsed = 0;

  /** Creates a clock that shows this time of day. */
  constructor(start: string | Date) {
    this.#start = new Date(start).getTime();
  }

  /** Advances the clock by so many milliseconds. */
  advance(millis: number): void {
    this.#elapsed += millis;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  async sleep(millis: number): Promise<void> {
    this.sleeps.push(millis);
    this.#elapsed += millis;
  }
}
