import { errorCode } from '../contract/errors.ts';
import { AppError, errorBody } from './errors.ts';

/*
 * Every request and answer of the documentation has an example. It follows from the schema, so it cannot say what the
 * schema does not; what a field of a name holds stands here, once.
 */

/** A schema of the OpenAPI document, as far as examples go by it. */
interface Schema {
  type?: string;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  nullable?: boolean;
}

interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

interface Operation {
  parameters?: { name: string; required?: boolean; schema?: Schema; example?: unknown }[];
  requestBody?: { content?: Record<string, Content> };
  responses?: Record<string, { content?: Record<string, Content> }>;
}

const instant = '2026-12-01T01:30:00.000Z';
const id = '019ab3f0-6c1e-7a52-9d41-5b8e0c2f7a10';
const csv = '用户名,姓名,手机号,部门\nzhangsan,张三,13800000001,综合处\n';

const texts: Readonly<Record<string, string>> = {
  action: 'person.disabled',
  actionName: '停用账号',
  address: '10.20.3.41',
  api: '/topapi/v2/user/getuserinfo',
  author: '管理员',
  authCode: '4f0c9a1e7b2d4c6f8e35d1a7',
  body: '因线路检修，本周六 8:00 至 12:00 办公楼停电。',
  code: 'PLATFORM_TIMEOUT',
  copy: 'https://app.example.gov.cn',
  currentPassword: 'dev-pass-2026',
  department: '综合处',
  dingUserId: '270107',
  employeeCode: 'GE_5f2c1d',
  example: 'zhangsan',
  excerpt: '因线路检修，本周六 8:00 至 12:00 办公楼停电。',
  mobile: '13800000001',
  name: '张三',
  newPassword: 'marmalade-lighthouse-7',
  password: 'dev-pass-2026',
  place: '1764552600000.3',
  route: '/api/me',
  search: '停电',
  subject: `user:${id}`,
  text: '停电',
  title: '停电通知',
  token: 'q3Zr0VvJ8mYtK1sX5nBd7uWcE2aLf9Hg',
  ticket: 'q3Zr0VvJ8mYtK1sX5nBd7uWcE2aLf9Hg',
  username: 'zhangsan',
};

/** What is usually nothing. */
const nothing = new Set([
  'nextCursor',
  'leftAt',
  'lockedUntil',
  'withdrawnAt',
  'failure',
  'passwordExpiresAt',
]);
/** Optional, and worth showing. */
const shown = new Set(['token', 'attemptsLeft', 'contact']);

const numbers: Readonly<Record<string, number>> = {
  page: 1,
  limit: 20,
  row: 2,
  version: 1,
  expectedSeconds: 40,
};

function exampleOf(schema: Schema, name: string): unknown {
  if (schema.nullable && nothing.has(name)) return null;
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {}, name);
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key]) => schema.required?.includes(key) || shown.has(key))
          .map(([key, value]) => [key, exampleOf(value, key)]),
      );
    case 'array':
      return [exampleOf(schema.items ?? {}, name)];
    case 'integer':
    case 'number':
      return Math.max(numbers[name] ?? 1, schema.minimum ?? 0);
    case 'boolean':
      return false;
    default:
      if (schema.format === 'date-time') return instant;
      return schema.format === 'uuid' ? id : (texts[name] ?? '示例');
  }
}

/** One example for each outcome, by its name; a single one where there is nothing to tell apart. */
function giveExamples(content: Record<string, Content> = {}): void {
  for (const [type, one] of Object.entries(content)) {
    if (type !== 'application/json') one.example = csv;
    else if (one.schema !== undefined) {
      const forms = (one.schema.anyOf ?? [one.schema]).map((form) => exampleOf(form, ''));
      const outcomeOf = (form: unknown) => (form as { outcome?: unknown } | null)?.outcome;
      one.examples = Object.fromEntries(
        forms.map((value, at) => [
          String(outcomeOf(value) ?? (at === 0 ? '示例' : `示例 ${at + 1}`)),
          { value },
        ]),
      );
    }
  }
}

const faults = errorCode.enum.map((code) => errorBody(new AppError(code), id));

/** The faults of a status class, told once in the document. */
function giveFaults(status: string, content: Record<string, Content> = {}): void {
  const fitting = faults.filter(({ statusCode }) => String(statusCode).startsWith(status.charAt(0)));
  for (const one of Object.values(content)) {
    one.examples = Object.fromEntries(
      fitting.map(({ code }) => [code, { $ref: `#/components/examples/${code}` }]),
    );
  }
}

/** Puts an example to every request and answer of an OpenAPI document, and to the parameters that it needs. */
export function withExamples<D extends { paths?: object; components?: object }>(document: D): D {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(methods as Record<string, Operation>)) {
      for (const parameter of operation.parameters ?? []) {
        // The page fills examples in: what may be left out would narrow every list.
        if (parameter.required) parameter.example = exampleOf(parameter.schema ?? {}, parameter.name);
      }
      giveExamples(operation.requestBody?.content);
      for (const [status, { content }] of Object.entries(operation.responses ?? {})) {
        if (/^[45]/.test(status)) giveFaults(status, content);
        else giveExamples(content);
      }
    }
  }
  const examples = Object.fromEntries(
    faults.map((body) => [body.code, { summary: body.message, value: body }]),
  );
  return { ...document, components: { ...document.components, examples } };
}
