/**
 * What tests of programs that use this package need.
 *
 * @packageDocumentation
 */

import type { TimeSource } from './time.js';

/**
 * A clock that stands still until it is moved, and whose sleeps take no time: each moves it on.
 *
 * @example
 * ```ts
 * const time = new ManualTimeSource('2026-01-02T03:04:05Z');
 * const client = new Client({ ...options, time });
 * ```
 */
export class ManualTimeSource implements TimeSource {
  /** The sleeps so far, in milliseconds. */
  readonly sleeps: number[] = [];
  readonly #begun: number;
  #elapsed = 0;

  /** A clock that shows this time. */
  constructor(begun: string | Date) {
    this.#begun = new Date(begun).getTime();
  }

  /** Moves the clock on by so many milliseconds. */
  advance(millis: number): void {
    this.#elapsed += millis;
  }

  now(): number {
    return this.#begun + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  async sleep(millis: number): Promise<void> {
    this.sleeps.push(millis);
    this.#elapsed += millis;
  }
}
