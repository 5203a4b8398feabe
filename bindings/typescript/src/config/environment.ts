/**
 * Environment variables by name, such as `process.env`. An empty value counts as unset.
 *
 * The home directory is that of the process for `process.env`. For any other record it is the variable
 * `HOME` or `USERPROFILE`.
 *
 * @example
 * ```ts
 * const env = { HWTASKS_REGION: 'cn-north-4', HWTASKS_TOKEN: 'MIIF...' };
 * const client = await Client.fromEnv({ env });
 * ```
 */
export type Env = Readonly<Record<string, string | undefined>>;

/** Returns a variable; `undefined` when it is unset or empty. */
export function variable(env: Env, name: string): string | undefined {
  return env[name] || undefined;
}
