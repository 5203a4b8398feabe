/**
 * Source of a setting: the name of an environment variable, such as `HWTASKS_REGION`, or
 *
 * - the path and the section of the credentials file: `/home/u/.huaweicloud/credentials [basic]`
 * - `options`: an option of the client
 * - `region`: the endpoint of the region
 * - `credentials`: configured with the credentials
 * - `iam`: looked up at IAM
 */
export type ConfigSource = 'options' | 'region' | 'credentials' | 'iam' | (string & {});

/** Sources of the settings of a client, as {@link Client.configSources} returns them. */
export interface ConfigSources {
  /** Source of the region; `undefined` without a region. */
  readonly region: ConfigSource | undefined;
  /** Source of the endpoint of DCS; `undefined` without one. */
  readonly dcsEndpoint: ConfigSource | undefined;
  /** Source of the endpoint of Kafka; `undefined` without one. */
  readonly kafkaEndpoint: ConfigSource | undefined;
  /** Source of the project ID; `undefined` until it is known. */
  readonly projectId: ConfigSource | undefined;
}

/** A setting and its source. */
export interface Setting {
  readonly value: string;
  readonly source: ConfigSource;
}

/** A setting from an option of the client; `undefined` when it is unset. */
export function fromOptions<Value extends string | undefined>(
  value: Value,
): Value extends string ? Setting : Setting | undefined;
export function fromOptions(value: string | undefined): Setting | undefined {
  return value === undefined ? undefined : { value, source: 'options' };
}
