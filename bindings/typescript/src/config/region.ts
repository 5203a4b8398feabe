import { invalidInput } from '../errors.js';
import { EXCEPTIONS, REGIONS } from '../generated/regions.js';

/** How a region of the table differs from the pattern of all. */
export interface Exception {
  /** The endpoint of DCS, where the pattern is not right. */
  readonly dcs?: string;
  /** The endpoint of DMS for Kafka, where the pattern is not right. */
  readonly kafka?: string;
  /** The endpoint of IAM, where the pattern is not right; `null` when the region has none of its own. */
  readonly iam?: string | null;
}

/** A service whose endpoint depends on the region. */
export type Service = keyof Exception;

const HOSTS: Readonly<Record<Service, string>> = { dcs: 'dcs', kafka: 'dms', iam: 'iam' };
/** Where IAM answers for a region that has no IAM of its own. */
const IAM = 'https://iam.myhuaweicloud.com';

/**
 * The ID of a region, checked: letters, digits and hyphens, not at either end, because anything else
 * could make another host.
 */
export function checkedRegion(id: string, about = ''): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(id)) return id;
  const of = about === '' ? '' : `${about}: `;
  throw invalidInput(`${of}${JSON.stringify(id)} is not a region: give its ID, such as cn-north-4`);
}

/** The endpoint by the table of the official SDKs, or else by the pattern they all follow. */
export function endpointOf(region: string, service: Service): string {
  const known = Object.hasOwn(EXCEPTIONS, region) ? EXCEPTIONS[region]?.[service] : undefined;
  if (known === null) return IAM;
  return known ?? `https://${HOSTS[service]}.${region}.myhuaweicloud.com`;
}

/**
 * The IDs of the regions that the official SDKs know, in alphabetical order.
 *
 * A client takes any other region too, and builds its endpoints by the pattern
 * `https://dcs.{region}.myhuaweicloud.com`.
 */
export function knownRegions(): string[] {
  return [...REGIONS];
}
