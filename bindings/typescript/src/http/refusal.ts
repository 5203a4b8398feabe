import { codeOf, messageOf, readErrorResponse } from '../body/error-response.js';
import { readTime } from '../body/timestamp.js';
import type { ErrorResponse } from '../generated/types.js';
import { gatewayNumber, isGatewayCode, type RefusalReason } from './classify.js';
import { parseHttpDate } from './http-date.js';
import type { ResponseInfo } from './response.js';

/** A smaller clock skew does not explain a refused signature: the gateway allows 15 minutes. */
const CLOCK_SKEW_TOLERANCE = 5 * 60_000;

const REASONS: readonly (readonly [RegExp, RefusalReason])[] = [
  [/failed to reach the limit/, 'KeyLocked'],
  [/signature expired/, 'SignatureExpired'],
  // With or without the key.
  [/(?:^|[^a-z0-9])ak[ :]+(?:[^ :]+ +)?(?:does +)?not exist/, 'UnknownAccessKey'],
  [/get secretkey failed/, 'UnknownAccessKey'],
  [/verify aksk signature fail/, 'WrongSecretKey'],
  [/token expires/, 'TokenExpired'],
  [/decrypt token fail/, 'InvalidToken'],
];

/** What to do about refused credentials. */
export const REFUSAL_HELP: Readonly<Record<RefusalReason, string>> = {
  KeyLocked: 'the access key is locked: fix the keys, and send nothing for five minutes',
  UnknownAccessKey: 'check the access key, and whether it is still active',
  WrongSecretKey: 'check the secret key, and that no blank belongs to it',
  SignatureExpired: "set this machine's clock",
  TokenExpired: 'get a new token',
  InvalidToken: 'check that the token is complete, and of this cloud and region',
};

/** Why the gateway refused a request, by the text of its 401: its codes do not tell. */
export function refusalReason(body: ErrorResponse | undefined): RefusalReason | undefined {
  const number = gatewayNumber(codeOf(body));
  if (number === undefined) return undefined;
  const text = messageOf(body)?.toLowerCase() ?? '';
  const [, reason] = REASONS.find(([part]) => part.test(text)) ?? [];
  return reason ?? (number === '0307' ? 'TokenExpired' : undefined);
}

/** What a 401 says about the credentials and the clock. */
export interface Refusal {
  readonly reason: RefusalReason | undefined;
  /**
   * The time of the service in milliseconds, if the clock explains the refusal of a signature of this
   * time.
   */
  serviceTime(signed: number): number | undefined;
  /** How far the clock of the service is ahead in milliseconds, if a signature was refused. */
  clockSkew(now: number): number | undefined;
}

export function refusalOf(response: ResponseInfo): Refusal {
  const body = readErrorResponse(response.rawBody);
  const code = codeOf(body);
  const reason = refusalReason(body);
  const expired = reason === 'SignatureExpired';
  const date = parseHttpDate(response.headers.get('date') ?? '');
  const times = [date, serverTime(messageOf(body) ?? '')].filter((time) => time !== undefined);
  return {
    reason,
    serviceTime(signed) {
      const isOff = (time: number) => Math.abs(time - signed) >= CLOCK_SKEW_TOLERANCE;
      if (expired) return times.find(isOff) ?? times[0];
      const explains = gatewayNumber(code) !== undefined && date !== undefined && isOff(date);
      return explains ? date : undefined;
    },
    clockSkew(now) {
      const [time] = times;
      const isSignature = expired || isGatewayCode(code, '0303');
      return isSignature && time !== undefined ? time - now : undefined;
    },
  };
}

/** The time after `server time:`: `20211217T065804Z`, or RFC 3339. */
function serverTime(text: string): number | undefined {
  const [, found = ''] = /server time:\s*([^\s,;]+)/i.exec(text) ?? [];
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
  return readTime(found.replace(compact, '$1-$2-$3T$4:$5:$6Z'))?.millis;
}
