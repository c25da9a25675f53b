import { UsageError } from '../command.ts';
import { readArguments, usage } from './arguments.ts';

const id = '01900000-0000-7000-8000-00000000000a';
const other = '01900000-0000-7000-8000-00000000000b';

test.each<[string[], object]>([
  [['--to', 'lisi', '--text', '你好'], { kind: 'message', usernames: ['lisi'], text: '你好', ding: false }],
  [
    ['--to', 'a', '--ding', '--to=b', '--to', 'a', '--text', 'x'],
    { kind: 'message', usernames: ['a', 'b'], text: 'x', ding: true },
  ],
  [['--failed'], { kind: 'failed' }],
  [['--resend', id.toUpperCase(), '--resend', other, '--resend', id], { kind: 'resend', ids: [id, other] }],
])('the arguments %j are understood', (args, request) => {
  expect(readArguments(args)).toEqual(request);
});

test.each<[string[], string]>([
  [[], '--to 用户名'],
  [['--text', 'x'], '--to 用户名'],
  [['--to', 'a'], '--text "内容"'],
  [['--resend', '7'], '“7”不是消息编号'],
  [['--resend', id, '--text', 'x'], '不能和'],
  [['--failed', '--resend', id], '不能和'],
  [['--too', 'a'], '看不懂这些参数：--too a'],
  [['a', 'b'], '看不懂这些参数：a b'],
  [['--to'], '看不懂这些参数：--to'],
])('%j is refused, in Chinese, with the usage', (args, problem) => {
  expect(() => readArguments(args)).toThrow(UsageError);
  expect(() => readArguments(args)).toThrow(problem);
  expect(() => readArguments(args)).toThrow(usage);
});
