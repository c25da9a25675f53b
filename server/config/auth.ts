import { credentialsUrlExample, development, usernameCharacters } from './constants.ts';
import type { EnvironmentReader } from './environment.ts';

/** The vendor's own account system, behind HTTP. */
export interface CredentialsConfig {
  /** Where `{username, password}` is posted as JSON. */
  url: string;
  /** Sent as `Authorization: Bearer`, so that the account system answers only this server. */
  secret: string;
  timeoutMs: number;
  /** The user names that the account system can have; others are not asked about. */
  usernames: RegExp;
}

export interface AuthConfig {
  /** Whether a mobile number that the platform confirms may match an account. */
  matchByMobile: boolean;
  /** Whether a person without a match may bind an account with user name and password. */
  binding: boolean;
  /** A session ends this long after the sign-in, in milliseconds. */
  sessionLifetimeMs: number;
  /** A session ends after this long without a request, in milliseconds. */
  sessionIdleMs: number;
  /** The vendor's account system, used instead of the passwords here; null without one. */
  credentials: CredentialsConfig | null;
  /** Passwords that nobody may use: the seed's, in production. */
  forbiddenPasswords: readonly string[];
}

const hour = 3_600_000;

/** Reads the settings of sign-in, binding and sessions; complains to `reader` about wrong ones. */
export function readAuth(reader: EnvironmentReader, production: boolean): AuthConfig {
  return {
    matchByMobile: reader.oneOf('MATCH_BY_MOBILE', ['on', 'off'], 'off') === 'on',
    binding: reader.oneOf('BINDING', ['on', 'off'], 'on') === 'on',
    sessionLifetimeMs: reader.integer('SESSION_DAYS', 30, 1, 365) * 24 * hour,
    sessionIdleMs: reader.integer('SESSION_IDLE_HOURS', 10, 1, 24 * 365) * hour,
    credentials: readCredentials(reader),
    forbiddenPasswords: production ? [development.password] : [],
  };
}

function readCredentials(reader: EnvironmentReader): CredentialsConfig | null {
  if (reader.optional('CREDENTIALS_URL') === null) return null;
  return {
    url: reader.url('CREDENTIALS_URL', null, credentialsUrlExample),
    secret: reader.required('CREDENTIALS_SECRET', '账号系统的访问密钥', '（与账号系统约定的随机字符串）'),
    timeoutMs: reader.integer('CREDENTIALS_TIMEOUT_MS', 3000, 100, 60_000),
    usernames: readUsernames(reader),
  };
}

function readUsernames(reader: EnvironmentReader): RegExp {
  const variable = 'CREDENTIALS_USERNAME_CHARACTERS';
  const namesOf = (characters: string) => new RegExp(`^[${characters}]{1,64}$`, 'u');
  try {
    return namesOf(reader.optional(variable) ?? usernameCharacters);
  } catch {
    reader.complain(variable, '应为正则表达式方括号里的写法', 'a-zA-Z0-9._@-');
    return namesOf(usernameCharacters);
  }
}
