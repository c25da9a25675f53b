import { StartFailure } from '../../config/start-failure.ts';
import { isPlatformId } from '../../contract/constants.ts';
import type { PrismaClient } from '../../database/database.ts';

/** A person to whom a message can be sent. */
export interface Receiver {
  /** The platform's id. */
  id: string;
  /** Name and user name, for the output. */
  label: string;
}

/** The message cannot be sent. The error's text says in Chinese to whom, why, and what to do. */
export class UnreachableError extends StartFailure {
  override readonly name = 'UnreachableError';
}

/** The labels of the accounts with these platform ids. */
export async function labelsOf(
  prisma: PrismaClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const users = await prisma.user.findMany({
    where: { dingUserId: { in: [...new Set(ids)] } },
    select: { username: true, name: true, dingUserId: true },
  });
  return new Map(users.map((user) => [user.dingUserId ?? '', labelOf(user)]));
}

const labelOf = ({ name, username }: { name: string; username: string }) => `${name}（${username}）`;

/**
 * Finds the platform ids of accounts.
 *
 * @throws UnreachableError if somebody cannot be reached; it names all of them, and nobody gets a message.
 */
export async function findReceivers(prisma: PrismaClient, usernames: readonly string[]): Promise<Receiver[]> {
  const users = await prisma.user.findMany({
    where: { username: { in: [...usernames] } },
    select: { username: true, name: true, status: true, leftAt: true, dingUserId: true },
  });
  const receivers: Receiver[] = [];
  const problems: string[] = [];
  for (const username of usernames) {
    const user = users.find((one) => one.username === username);
    if (user === undefined) {
      problems.push(`没有用户名为 ${username} 的账号：请核对用户名。`);
      continue;
    }
    const label = labelOf(user);
    if (user.status === 'DISABLED') problems.push(`${label}的账号已停用：需要时请先恢复。`);
    else if (user.leftAt !== null) problems.push(`${label}已离开组织，平台送不到。`);
    else if (user.dingUserId === null) {
      problems.push(
        `${label}还没有绑定平台上的人，不知道发到哪里：请本人打开小程序，用账号和密码绑定一次；` +
          '或由管理员核对身份后，给账号填上平台 id（users 表的 ding_user_id）。',
      );
    } else if (!isPlatformId(user.dingUserId)) {
      problems.push(
        `${label}的平台 id“${user.dingUserId}”含有逗号或空格，平台不收：请管理员在管理后台的“人员”里改正。`,
      );
    } else receivers.push({ id: user.dingUserId, label });
  }
  if (problems.length > 0) throw new UnreachableError(`没有发送：\n  ${problems.join('\n  ')}`);
  return receivers;
}
