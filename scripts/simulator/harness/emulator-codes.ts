import type { Platform } from '../runtime/device.ts';

/** A person of a running platform emulator. */
export interface EmulatorCodes {
  emulatorUrl: string;
  /** Key of the person, such as `zhangsan`. */
  person: string;
}

/**
 * The platform's part of the code call: the emulator's control API gives a single-use code for a person.
 * @throws Error when the emulator gives none
 */
export function emulatorAuthCode(
  { emulatorUrl, person }: EmulatorCodes,
  platform: Platform,
): () => Promise<string> {
  return async () => {
    const { authCode } = await askEmulator(emulatorUrl, 'auth-codes', { personId: person, platform });
    if (!authCode) throw new Error('平台仿真没有给出授权码');
    return authCode;
  };
}

/** Calls the emulator's control API. @throws Error in Chinese when it refuses, or does not answer */
export async function askEmulator(
  emulatorUrl: string,
  path: string,
  body: object = {},
): Promise<{ authCode?: string; message?: string }> {
  const response = await fetch(`${emulatorUrl}/_emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new Error('平台仿真没有应答，请确认 npm run dev 还在运行', { cause });
  });
  const answer = (await response.json()) as { authCode?: string; message?: string };
  if (!response.ok) throw new Error(answer.message ?? `平台仿真应答 ${response.status}`);
  return answer;
}
