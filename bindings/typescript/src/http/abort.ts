import { HwtasksError } from '../errors.js';

/** The error of a call whose signal was aborted. */
export function abortedError(signal: AbortSignal): HwtasksError {
  return new HwtasksError({
    kind: 'Aborted',
    text: 'the signal was aborted',
    cause: signal.reason,
  });
}

/** Awaits a promise until the signal is aborted. The work behind the promise continues for others. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortedError(signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
