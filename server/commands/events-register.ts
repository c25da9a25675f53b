import { loadConfig } from '../config/config.ts';
import { StartFailure } from '../config/start-failure.ts';
import { PlatformError } from '../platform/platform.ts';
import { type Command, program, UsageError } from './command.ts';
import { onPlatform } from './on-platform.ts';

/** The events that server/events handles, named as in 浙政钉's documents. */
const eventTags = ['MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE', 'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_ADD_UPDATE'];

const usage = `用法：${program} events:register 应用的地址，例如：${program} events:register https://app.example.gov.cn`;

/** Registers this app's callback address at 浙政钉 for changes of its people. */
export const command: Command = {
  usage,
  async run([origin, ...more], around) {
    const { env, print } = around;
    if (origin === undefined || more.length > 0) throw new UsageError('', usage);
    if (!URL.canParse(origin) || new URL(origin).origin !== origin.replace(/\/$/, '')) {
      throw new UsageError(`“${origin}”不是应用的地址：只写到域名（和端口）为止，不带路径。`, usage);
    }
    const config = loadConfig(env);
    if (config.production && !origin.startsWith('https:')) {
      throw new UsageError(`“${origin}”不是 https 地址，正式环境的回调必须用 https。`, usage);
    }
    const callbackUrl = new URL('/api/events/zhezhengding', origin).href;
    return onPlatform(config, around, async (_database, platform) => {
      try {
        const register = platform.registerEventCallback;
        if (register === null) {
          throw new StartFailure(
            '钉钉的事件回调在开发者后台登记，不用这个命令：见 docs/events.md 的“在钉钉登记回调”。',
          );
        }
        for (const eventTag of eventTags) {
          await register(eventTag, callbackUrl);
          print(`已登记 ${eventTag} → ${callbackUrl}`);
        }
        if (!config.events.zhezhengding) {
          print('服务现在不接收回调：请在 .env 里设置 ZHEZHENGDING_EVENTS=on，再重启服务。');
        }
        return 0;
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        throw new StartFailure(`登记没有成功：${error.remedy ?? error.message}`);
      }
    });
  },
};
