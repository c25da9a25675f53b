/** The person's password here, if there is one. */
import type {
  OwnPassword,
  PasswordChangeOutcome,
  PasswordChangeRequest,
} from '../../server/contract/auth.ts';
import { longTime } from './format.ts';
import { type Answer, call } from './http.ts';

export function getOwnPassword(): Promise<Answer<OwnPassword>> {
  return call<OwnPassword>({ method: 'GET', path: '/api/me/password', holds: 'state' });
}

/** The change ends all sessions of the person, also this one. */
export function changePassword(body: PasswordChangeRequest): Promise<Answer<PasswordChangeOutcome>> {
  return call<PasswordChangeOutcome>({ method: 'POST', path: '/api/me/password', body, holds: 'outcome' });
}

/** Whether the person can change a password here. */
export function isOurs({ state }: OwnPassword): boolean {
  return state === 'own' || state === 'one-time';
}

/** Asks to replace a one-time password; empty for another password. */
export function oneTimeText({ state, expiresAt }: OwnPassword): string {
  if (state !== 'one-time') return '';
  const until = expiresAt === null ? '' : `它的有效期到 ${longTime(expiresAt)}。`;
  return `您现在的密码是管理员给的一次性密码，请改成只有您知道的。${until}`;
}
