/**
 * What a client may know of the process it runs in: variables and the home directory.
 *
 * Read by {@link Client.fromEnv} and the providers that follow from it, and by nothing else.
 *
 * @example
 * ```ts
 * const environment = { variables: { HWTASKS_REGION: 'cn-north-4' }, home: '/home/tester' };
 * const client = await Client.fromEnv({ environment });
 * ```
 */
export interface Environment {
  /** The variables. An empty one counts as not set. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The home directory, in which the credentials file is looked for; none when it is not given. */
  readonly home?: string | undefined;
}

/** A variable; `undefined` when it is not set or empty. */
export function variable(environment: Environment, name: string): string | undefined {
  return environment.variables[name] || undefined;
}
