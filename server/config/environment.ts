import { StartFailure } from './start-failure.ts';

/** One problem of the configuration: the variable, the problem, and a correct example. */
export interface ConfigProblem {
  variable: string;
  problem: string;
  example: string;
}

/** The configuration is wrong; the message names every problem, and no secret value. */
export class ConfigError extends StartFailure {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.variable}：${p.problem}\n    例如：${p.variable}=${p.example}`);
    super(`配置有 ${problems.length} 处问题，请修改 .env（或环境变量）后重新启动：\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** A variable that was read, for the console. */
export interface Setting {
  /** The value in use, also a default; null for none. */
  value: string | null;
  isSet: boolean;
  /** Whether the value may be shown: only if it is known to be harmless. */
  plain: boolean;
}

/** Text variables that may be shown. Choices, numbers and addresses without a password always may. */
const plainTexts = new Set([
  'APP_NAME',
  'CERTIFICATE_ADDRESS',
  'DATA_DIR',
  'DINGTALK_AGENT_ID',
  'DINGTALK_CORP_ID',
  'HOST',
  'MINI_MINIMUM_VERSION',
  'PUBLIC_ORIGIN',
  'TRUST_PROXY',
  'WPK_BID',
  'ZHEZHENGDING_TENANT_ID',
]);

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads environment variables and collects their problems, so that a person can fix all at once. A blank value counts
 * as absent.
 */
export class EnvironmentReader {
  readonly problems: ConfigProblem[] = [];
  /** Every variable that was read, by name. */
  readonly settings = new Map<string, Setting>();
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  complain(variable: string, problem: string, example: string): void {
    this.problems.push({ variable, problem, example });
  }

  optional(variable: string): string | null {
    const value = this.#env[variable]?.trim() || null;
    this.settings.set(variable, { value, isSet: value !== null, plain: plainTexts.has(variable) });
    return value;
  }

  /** Like `optional`, for a value that may be shown. */
  #shown(variable: string, fallback: string | null): string | null {
    const value = this.optional(variable);
    this.settings.set(variable, { value: value ?? fallback, isSet: value !== null, plain: true });
    return value;
  }

  required(variable: string, meaning: string, example: string): string {
    const value = this.optional(variable);
    if (value === null) this.complain(variable, `缺少${meaning}`, example);
    return value ?? '';
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[], fallback: T): T {
    const value = this.#shown(variable, fallback);
    if (value === null) return fallback;
    const found = allowed.find((item) => item === value);
    if (found === undefined) this.complain(variable, `只能是 ${allowed.join('、')}`, fallback);
    return found ?? fallback;
  }

  /** Comma-separated values; empty if absent. */
  list(variable: string): string[] {
    return (this.optional(variable) ?? '').split(',').flatMap((item) => item.trim() || []);
  }

  /** A whole number within `min` and `max`. */
  integer(variable: string, fallback: number, min: number, max: number): number {
    const value = this.#shown(variable, String(fallback));
    if (value === null) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.complain(variable, `应为 ${min} 到 ${max} 之间的整数`, String(fallback));
    return fallback;
  }

  /** An http(s) origin, with or without a path, returned without a slash at its end. */
  url(variable: string, fallback: string | null, example: string): string {
    const value = this.#shown(variable, fallback) ?? fallback;
    if (value === null) {
      this.complain(variable, '缺少地址', example);
      return '';
    }
    const parsed = URL.canParse(value) ? new URL(value) : null;
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || hasMore(parsed)) {
      this.complain(variable, '不是有效的 http(s) 地址（不能带用户名、密码和查询参数）', example);
    }
    return value.replace(/\/+$/, '');
  }
}

const hasMore = (url: URL): boolean =>
  [url.username, url.password, url.search, url.hash].some((part) => part);
