import { type Static, Type } from 'typebox';
import { instant, nullable, strict, textOrNull } from './schema.ts';

/** A background job. */
const job = strict({
  /** Its name in the log. */
  id: Type.String(),
  /** Its purpose in Chinese. */
  title: Type.String(),
  /** From the end of one run to the start of the next, in seconds. */
  everySeconds: Type.Number(),
  running: Type.Boolean(),
  /** Of the last run since this instance's start; null for none yet. */
  lastStartedAt: nullable(instant),
  lastEndedAt: nullable(instant),
  /** Null while it runs. */
  nextAt: nullable(instant),
  /** The last failure since this instance started, and whether the last run ended with it. */
  failure: nullable(strict({ at: instant, what: Type.String(), lasts: Type.Boolean() })),
});
export type JobRow = Static<typeof job>;

/** `GET /api/admin/jobs`: of the instance that answers. */
export const jobsPage = strict({
  items: Type.Array(job),
  /** The host's name and the process's number. */
  instance: Type.String(),
});
export type JobsPage = Static<typeof jobsPage>;

/** `POST /api/admin/jobs/run`. */
export const jobRun = strict({ id: Type.String({ minLength: 1, maxLength: 64 }) });

export const jobRunOutcome = strict({
  outcome: Type.Enum(['started', 'elsewhere'], {
    description: 'started 已开始；elsewhere 另一个人或另一台实例正在运行它，没有重复运行',
  }),
});
export type JobRunOutcome = Static<typeof jobRunOutcome>;

const setting = strict({
  /** The variable's name. */
  id: Type.String(),
  /** The value in use; null for none, or for a secret. */
  value: textOrNull,
  secret: Type.Boolean(),
  source: Type.Enum(['environment', 'file', 'default'], {
    description: 'environment 环境变量；file .env 文件；default 没有设置，用默认值',
  }),
});
export type SettingRow = Static<typeof setting>;

/** `GET /api/admin/settings`; values that may be secret never leave the server. */
export const settingsPage = strict({ items: Type.Array(setting) });
export type SettingsPage = Static<typeof settingsPage>;
