import { invalidInput } from '../errors.js';
import { EXCEPTIONS, REGIONS } from '../generated/regions.js';

/** The endpoints of a region that differ from the pattern. */
export interface Exception {
  /** The endpoint of DCS, if it differs. */
  readonly dcs?: string;
  /** The endpoint of DMS for Kafka, if it differs. */
  readonly kafka?: string;
  /** The endpoint of IAM, if it differs; `null` for a region without a regional one. */
  readonly iam?: string | null;
}

/** A service whose endpoint depends on the region. */
export type Service = keyof Exception;

const HOSTS: Readonly<Record<Service, string>> = { dcs: 'dcs', kafka: 'dms', iam: 'iam' };
/** The endpoint of IAM for regions without a regional one. */
const GLOBAL_IAM = 'https://iam.myhuaweicloud.com';

/** Validates a region ID: letters, digits and inner hyphens. Other characters could change the host. */
export function checkedRegion(id: string, about = ''): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(id)) return id;
  const of = about === '' ? '' : `${about}: `;
  throw invalidInput(`${of}${JSON.stringify(id)} is not a region: give its ID, such as cn-north-4`);
}

/** Returns the endpoint in the table of the official SDKs, or else by their pattern. */
export function endpointOf(region: string, service: Service): string {
  const known = Object.hasOwn(EXCEPTIONS, region) ? EXCEPTIONS[region]?.[service] : undefined;
  if (known === null) return GLOBAL_IAM;
  return known ?? `https://${HOSTS[service]}.${region}.myhuaweicloud.com`;
}

/**
 * Returns the region IDs in the official SDKs, in alphabetical order.
 *
 * A client accepts other regions too, and builds their endpoints by the pattern
 * `https://dcs.{region}.myhuaweicloud.com`.
 */
export function knownRegions(): string[] {
  return [...REGIONS];
}
