/** Lets one run at a time; whoever asks meanwhile shares how it ends, good or bad. */
export class SingleFlight<T> {
  #running: Promise<T> | undefined;

  /** Runs `work`, or waits for the one that is running and takes what comes of it. */
  run(work: () => Promise<T>): Promise<T> {
    this.#running ??= work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
