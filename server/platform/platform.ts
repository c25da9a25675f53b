/**
 * The platforms' interface for the rest of the server: people, messages, and why a call failed. `dingtalk/` and
 * `zhezhengding/` implement it.
 */

export type PlatformName = 'dingtalk' | 'zhezhengding';

/** The person of an auth code, by the platform's answer. */
export interface PlatformPerson {
  /** The id to match by: DingTalk `userid`, 浙政钉 `accountId` (always a string here). */
  id: string;
  name: string;
  unionId: string | null;
  /** 浙政钉 only; absent for super-administrators. */
  employeeCode: string | null;
  /** The number, if the platform confirms it and the app may read it; else null. */
  mobile: string | null;
}

/** The ids by which a known person is read again. */
export type PersonRef = Pick<PlatformPerson, 'id' | 'employeeCode'>;

export type PlatformErrorKind =
  /** The code is wrong, expired, used or of another kind; the client fetches a new one, once. */
  | 'code-invalid'
  /** The person is outside the app's visible range. */
  | 'out-of-range'
  /** The person is not, or no longer, in this organisation. */
  | 'left-organisation'
  /** The answer belongs to another organisation than the configured one. */
  | 'wrong-organisation'
  /** Credentials, permission or IP whitelist; an administrator must act, see `remedy`. */
  | 'misconfigured'
  /** Busy or throttled: try later (`retryAfterSeconds`). */
  | 'busy'
  /** No complete answer within the time-out. A code may have been consumed. */
  | 'timeout'
  /** Anything else: connection reset, HTML, wrong shape, unknown error code. */
  | 'fault';

/** Why a call to a platform failed. Never holds a token, code, secret or mobile number. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly kind: PlatformErrorKind;
  /** The API's path, without host and query. */
  readonly api: string;
  /** The platform's error code, e.g. `40078` or `60020`; null without one. */
  readonly upstreamCode: string | null;
  /** For `misconfigured`: what an administrator must do, in Chinese; for the log and the console. */
  readonly remedy: string | null;
  readonly retryAfterSeconds: number | null;
  /** The platform did not get the call: there was no connection, or this server refused it. */
  readonly neverSent: boolean;

  constructor(
    kind: PlatformErrorKind,
    api: string,
    message: string,
    more: {
      upstreamCode?: string;
      remedy?: string;
      retryAfterSeconds?: number;
      neverSent?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.api = api;
    this.upstreamCode = more.upstreamCode ?? null;
    this.remedy = more.remedy ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.neverSent = more.neverSent ?? false;
  }
}

/** The part of the interface that dingtalk/ and zhezhengding/ implement each in their own way. */
export interface Driver {
  readonly name: PlatformName;

  /**
   * Exchanges a single-use auth code for its person. Called at most once for each code: no retry after the code may
   * have been consumed (time-out, reset).
   *
   * @param placeMs for a client that waits in line: milliseconds until its place, null for a new place. If its turn is
   * far away, CallRefusedError has the place, and the code was not used.
   * @throws PlatformError of any kind; an error of the TokenStore passes through unchanged (then no code was consumed).
   */
  exchangeCode(authCode: string, placeMs?: number | null): Promise<PlatformPerson>;

  /**
   * Reads the mobile number and the name that the exchange did not give, if the platform has them and the configuration
   * asks for them. Not needed if an account has the person's id.
   *
   * @returns the same person, without a call, if nothing is missing.
   * @throws as getPerson.
   */
  complete(person: PlatformPerson): Promise<PlatformPerson>;

  /**
   * Reads a person again, e.g. before trusting an event. 浙政钉 can only look people up by `employeeCode`, and checks that
   * it still belongs to the `id`; without one (super-administrators) it throws a `fault`, which says nothing about the
   * person.
   *
   * @throws PlatformError; `left-organisation` if the platform no longer knows the person.
   */
  getPerson(ref: PersonRef): Promise<PlatformPerson>;

  /**
   * Sends a work notification (工作通知) of at most 2048 bytes of UTF-8 as JSON, by one call without a retry: after
   * `timeout` and `fault` it is unknown whether the platform accepted it. A work notification may then be repeated on
   * both platforms: DingTalk drops the same content to the same person within a day, 浙政钉 recognises the `key`.
   *
   * @throws InvalidMessageError before anything is sent; PlatformError; errors of the TokenStore.
   */
  sendWorkNotification(request: WorkNotificationRequest): Promise<{ taskId: string }>;

  /**
   * Sends a DING, which rings. On DingTalk it must not be repeated after `timeout` and `fault`: a DING that was sent
   * twice rings twice.
   *
   * @throws as sendWorkNotification.
   */
  sendDing(request: DingRequest): Promise<DingAccepted>;

  /**
   * Reads who got a work notification, by its `taskId`.
   *
   * @returns null where the platform has no such API (浙政钉).
   * @throws PlatformError.
   */
  getMessageResult(taskId: string): Promise<MessageResult | null>;

  /**
   * Recalls a work notification, by its `taskId`; DingTalk allows it for 24 hours.
   *
   * @throws PlatformError.
   */
  recallMessage(taskId: string): Promise<void>;

  /**
   * Registers the app's address for one kind of events; a second registration replaces the address. Throws
   * PlatformError. Null if the platform has only its developer console for that (DingTalk).
   */
  readonly registerEventCallback: ((eventTag: string, callbackUrl: string) => Promise<void>) | null;
}

/** A driver with its connections. */
export interface Platform extends Driver {
  /** The APIs with paused calls because of failures; empty without any. */
  circuits(): readonly CircuitStatus[];

  /** Waits for current calls, and ends the driver's connections. */
  close(): Promise<void>;

  /**
   * Ends the connections, for a stop that cannot wait. Current calls fail with `fault`: whether the platform got them
   * is unknown. Makes no more calls.
   */
  hangUp(): Promise<void>;
}

export type MessageContent =
  | { type: 'text'; text: string }
  /** Lists and the lock screen show the title. */
  | { type: 'markdown'; title: string; text: string };

export interface WorkNotificationRequest {
  /** Platform ids (`PlatformPerson.id`), at most 100. */
  receivers: readonly string[];
  content: MessageContent;
  /** The caller's id of the message, the same at every attempt with the same receivers. */
  key: string;
}

/** It rings in the app. Text messages and telephone calls cost money and are not used. */
export interface DingRequest {
  /** Platform ids, at most 100. */
  receivers: readonly string[];
  text: string;
}

export interface DingAccepted {
  /** Null if the platform gives none. */
  dingId: string | null;
  /** Receivers whom the platform refused at once, e.g. because they left. */
  rejected: string[];
}

/** Who got a work notification; ids of receivers throughout. */
export interface MessageResult {
  /** False while the platform is still sending: then the lists are empty. */
  done: boolean;
  read: string[];
  unread: string[];
  /** Not in this organisation, or outside the app's range. */
  invalid: string[];
  /** Not delivered because of a limit, such as the same content twice in a day. */
  forbidden: { id: string; code: string }[];
  failed: string[];
}

/** A message that no platform accepts; `message` is Chinese and says what to change. */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
}

/** An API with paused calls, or that is being tried again. */
export interface CircuitStatus {
  /** The API's path; `*` for all APIs, after the platform cut this machine off. */
  api: string;
  state: 'open' | 'half-open';
  /** Milliseconds until the next trial; 0: the next call. */
  openMs: number;
}
