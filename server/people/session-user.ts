import type { SessionUser } from '../contract/auth.ts';
import type { User } from '../database/generated/client.ts';

/** What a signed-in person sees of their account; never the password's hash or the mobile number. */
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
