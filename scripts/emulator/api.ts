import type { Answer, ApiRequest } from './http.ts';
import type { EmulatedPlatform, EmulatorState } from './state.ts';

/** An error that a platform answers with, before its family gives it a shape. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: string;
  /** The HTTP status, where the family uses one. */
  readonly status: number | null;
  /** Further fields of the answer. */
  readonly more: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    status: number | null = null,
    more: Record<string, unknown> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
  }
}

/** The failures that faults can ask for by name: each family has its own codes for them. */
export type NamedFailure =
  | 'token-expired'
  | 'code-invalid'
  | 'ip-not-whitelisted'
  | 'no-permission'
  | 'busy'
  | 'qps'
  | 'wrong-method';

/** What the APIs of one gateway have in common: how they check a caller, and how they fail. */
export interface ApiFamily {
  platform: EmulatedPlatform;
  /** Checks that come before everything else, e.g. the signature. Throws an ApiFailure. */
  gate(request: ApiRequest, state: EmulatorState): void;
  /** The app token that the request carries; null when there is none. */
  token(request: ApiRequest): string | null;
  /** Null where no document names a code for this failure. */
  failure(name: NamedFailure, api: Api): ApiFailure | null;
  render(failure: ApiFailure): Answer;
  /** The platform's own error code in an answer; null for success. */
  errorCode(answer: Answer): string | null;
  /** A successful answer without the fields that matter. */
  hollow(): unknown;
  /** Rewrites a successful answer into the other form that documents or real answers have. */
  loosen(body: unknown): unknown;
}

/** One platform API. */
export interface Api {
  family: ApiFamily;
  method: 'GET' | 'POST' | 'any';
  path: string;
  /** The path's role in the sign-in: some faults apply to the token API or the code exchange alone. */
  role: 'token' | 'exchange' | 'other';
  /** `required`: refused without a live app token; `optional`: checked when the request carries one. */
  appToken: 'required' | 'optional' | 'none';
  /** The permission that the app needs, as the developer console names it. */
  scope: string;
  /** Rewrites a successful answer as if the person belonged to another organisation than the app's. */
  inOtherOrganisation?(body: unknown): unknown;
  /** Answers a request that passed every check. Throws an ApiFailure. */
  handle(request: ApiRequest, state: EmulatorState): Answer;
}
