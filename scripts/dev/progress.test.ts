import { createProgress } from './progress.ts';

function output(isTTY: boolean, columns: number) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

test('a file or a pipe gets no progress line, only results', () => {
  const out = output(false, 80);
  const progress = createProgress(out);
  progress.show('1/30');
  progress.say('完成');
  expect(out.written).toEqual(['完成\n']);
});

test('a terminal’s progress line is replaced, and cleared before a result', () => {
  const out = output(true, 80);
  const progress = createProgress(out);
  progress.show('1/30');
  progress.show('2/30');
  progress.say('完成');
  expect(out.written.join('')).toBe('1/30\r\u001b[K2/30\r\u001b[K完成\n');
});

test('a progress line never wraps; a terminal of unknown width counts as 80 columns', () => {
  const narrow = output(true, 10);
  createProgress(narrow).show('并发 50 平均');
  expect(narrow.written).toEqual(['并发 50 ']);
  const unknown = output(true, 0);
  createProgress(unknown).show('并发 50 平均');
  expect(unknown.written).toEqual(['并发 50 平均']);
});
