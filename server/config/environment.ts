import { StartFailure } from './start-failure.ts';

/** One thing wrong with the configuration: which variable, what is wrong, and an example that is right. */
export interface ConfigProblem {
  variable: string;
  problem: string;
  example: string;
}

/** The configuration cannot be used; every problem is told at once. Never holds a value that is secret. */
export class ConfigError extends StartFailure {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.variable}：${p.problem}\n    例如：${p.variable}=${p.example}`);
    super(`配置有 ${problems.length} 处问题，请修改 .env（或环境变量）后重新启动：\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** A variable that was read: what the console shows of it. */
export interface Setting {
  /** What is used, by default too; null for nothing. */
  value: string | null;
  isSet: boolean;
  /** Whether the value may be shown: never unless it is known to be harmless. */
  plain: boolean;
}

/** Texts that may be shown. Choices, numbers and addresses without a password may always be. */
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
 * Reads environment variables one by one and gathers what is wrong with them, so that a person mends all of it
 * in one go. A value of blanks counts as absent.
 */
export class EnvironmentReader {
  readonly problems: ConfigProblem[] = [];
  /** Every variable that was asked for, by name. */
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

  /** As `optional`, of a value that may be shown. */
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

  /** Values separated by commas; none when absent. */
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
