import { explainStartFailure } from '../config/start-failure.ts';
import { explainingDatabase } from '../database/unavailable.ts';
import { type Command, program, programWithOptions, type Surroundings } from './command.ts';

/** A command as the list shows it; its file is loaded when it is called. */
export interface Listed {
  /** Chinese: what it does, in one line. */
  summary: string;
  load(): Promise<{ command: Command }>;
}

/** All commands, the same on a developer's and on a production machine. */
export const commands: Readonly<Record<string, Listed>> = {
  'admin:create': {
    summary: '创建第一个管理员',
    load: () => import('./admin-create.ts'),
  },
  'people:unlock': {
    summary: '解锁输错密码太多次的账号或人员',
    load: () => import('./people-unlock.ts'),
  },
  // part: events
  'people:reconcile': {
    summary: '向平台核对已绑定的人，已离开组织的退出登录',
    load: () => import('./people-reconcile.ts'),
  },
  // part: events
  'events:register': {
    summary: '向浙政钉登记人员变动的回调地址',
    load: () => import('./events-register.ts'),
  },
  // part: messages
  notify: {
    summary: '发工作通知或 DING，查看和重发没有发出的消息',
    load: () => import('./notify/index.ts'),
  },
  'db:migrate': {
    summary: '应用数据库还缺的迁移（启动服务时也会自动做）',
    load: () => import('./migrate.ts'),
  },
  cert: {
    summary: '检查域名的证书：到期时间、证书链、问题和改法',
    load: () => import('./certificate/index.ts'),
  },
  'loadtest:sessions': {
    summary: '为压测开一批会话，压测完结束它们',
    load: () => import('./loadtest-sessions.ts'),
  },
};

/**
 * The operator's program: runs the command that the first word names, or lists the commands.
 *
 * @param words the words after the program's name.
 * @param known all commands by name.
 * @returns the exit code.
 */
export async function main(
  [name, ...args]: readonly string[],
  around: Surroundings,
  known: Readonly<Record<string, Listed>> = commands,
): Promise<number> {
  if (name === undefined || isHelp(name)) {
    around.print(list(known));
    return 0;
  }
  const listed = Object.hasOwn(known, name) ? known[name] : undefined;
  if (listed === undefined) {
    around.complain(`没有“${name}”这个命令。\n\n${list(known)}`);
    return 1;
  }
  const { command } = await listed.load();
  if (args.some(isHelp)) {
    around.print(command.usage);
    return 0;
  }
  try {
    return await explainingDatabase(() => command.run(args, around));
  } catch (error) {
    around.complain(
      explainStartFailure(error) ?? (error instanceof Error ? `${error.stack}` : String(error)),
    );
    return 1;
  }
}

const isHelp = (word: string) => word === '--help' || word === '-h';

function list(known: Readonly<Record<string, Listed>>): string {
  const width = Math.max(...Object.keys(known).map((name) => name.length));
  return [
    `用法：${program} 命令 …`,
    '',
    ...Object.entries(known).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `每个命令的用法：${programWithOptions} 命令 --help`,
  ].join('\n');
}
