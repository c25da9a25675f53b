/** `test`, skipped with a warning on Windows, where a signal ends a process at once and Ctrl-C cannot be imitated. */
export function testWithSignals() {
  const absent = process.platform === 'win32';
  if (absent) console.warn('\n⚠ 跳过与信号有关的测试：Windows 上一个进程不能给另一个进程发信号。\n');
  return test.skipIf(absent);
}
