/**
 * Where a setting of a client comes from: the name of a variable, such as `HWTASKS_REGION`, or
 *
 * - `options`: the client was told
 * - `region`: what the official SDKs know of the region, or the pattern they all follow
 * - `credentials`: the credentials were configured with it
 * - `iam`: IAM was asked
 */
export type Origin = 'options' | 'region' | 'credentials' | 'iam' | (string & {});

/** Where the settings of a client come from: {@link Client.origins}. */
export interface Origins {
  /** Of the region; `undefined` when there is none. */
  readonly region: Origin | undefined;
  /** Of the endpoint of DCS; `undefined` when there is none. */
  readonly dcsEndpoint: Origin | undefined;
  /** Of the endpoint of Kafka; `undefined` when there is none. */
  readonly kafkaEndpoint: Origin | undefined;
  /** Of the project's ID; `undefined` until the credentials or IAM have named it. */
  readonly projectId: Origin | undefined;
}

/** A setting, and where it comes from. */
export interface Setting {
  readonly value: string;
  readonly origin: Origin;
}

/** A setting that the client was told. */
export function told(value: string): Setting {
  return { value, origin: 'options' };
}
