import getAuthCode from 'gdt-jsapi/es/getAuthCode';
import ready from 'gdt-jsapi/es/ready';

/** The field that holds the code differs between the clients. */
export async function requestZhezhengdingCode(): Promise<string | undefined> {
  await new Promise<void>((resolve) => ready(() => resolve()));
  const { code, auth_code } = await getAuthCode({});
  return auth_code ?? code;
}
