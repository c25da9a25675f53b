import type { ErrorCode, Instant } from './contract.ts';
import type { BindingState, BoundByName } from './people.ts';

/** A fault that a 超级高管 met: the guide counts it as a severe one. */
export interface SuperExecutiveFaultView {
  id: string;
  at: Instant;
  person: { id: string; name: string; username: string };
  code: ErrorCode;
  /** The route as it is written in the code, e.g. `GET /api/notices/:id`. */
  route: string;
  requestId: string;
}

export interface SuperExecutiveRow {
  id: string;
  username: string;
  name: string;
  department: string | null;
  dingUserId: string | null;
  binding: BindingState;
  /** When the platform's id was first matched, and how. */
  boundAt: Instant | null;
  boundBy: BoundByName | null;
  disabled: boolean;
  leftAt: Instant | null;
  lastSignInAt: Instant | null;
  /** In the last 30 days. */
  faults: number;
  lastFaultAt: Instant | null;
  version: Instant;
}

/** `GET /api/admin/super-executives`: all of them, by name, and what they met lately. */
export interface SuperExecutives {
  items: SuperExecutiveRow[];
  recentFaults: SuperExecutiveFaultView[];
}

export interface SuperExecutiveInput {
  /** The platform's id: DingTalk `userid`, 浙政钉 `accountId`. */
  dingUserId: string;
  name: string;
  department?: string | null;
  /** Of an account that is there already, or of the new one; the id by default. */
  username?: string;
}

/** `POST /api/admin/super-executives`: one or many, all of them or none. */
export interface SuperExecutivesRequest {
  people: SuperExecutiveInput[];
}

export type SuperExecutivesAdded =
  | {
      outcome: 'added';
      /** New accounts. */
      created: number;
      /** Accounts that were there and are now a 超级高管's. */
      marked: number;
      /** Who was one already. */
      unchanged: number;
    }
  /** Nothing was written. `row` counts from 1; `message` is Chinese. */
  | { outcome: 'problems'; problems: { row: number; message: string }[] };

/** `POST /api/admin/super-executives/:id/remove`. */
export interface SuperExecutiveRemoval {
  version: Instant;
  /** Whether the account is disabled as well; else the person goes on as an ordinary one. */
  disable: boolean;
}
