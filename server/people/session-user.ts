import type { SessionUser } from '../contract/auth.ts';
import type { User } from '../database/generated/client.ts';

/** An account's data for its owner, without the password's hash and the mobile number. */
export function toSessionUser(user: User): SessionUser {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    department: user.department,
    role: user.role,
    dingUserId: user.dingUserId,
    isSuperExecutive: user.isSuperExecutive,
  };
}
