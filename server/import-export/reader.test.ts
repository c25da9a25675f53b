import { Readable } from 'node:stream';
import { importLimit } from '../config/limits.ts';
import { createReader } from './reader.ts';
import { receiveFile } from './upload.ts';

test('a file is moved to the reading thread without a copy', async () => {
  const reader = createReader();
  try {
    const file = ['用户名,姓名\r\n', 'zhangsan,', '张三\r\n'].map((part) => new TextEncoder().encode(part));
    const reading = reader.read(file);
    // The memory is the thread's from this moment.
    expect(file.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
    expect(await reading).toMatchObject({ format: 'utf-8', file: { people: 1, problems: { count: 0 } } });
  } finally {
    await reader.close();
  }
});

test('an upload without a length is refused as soon as it is too large', async () => {
  let parts = 0;
  const endless = (function* () {
    for (;;) {
      parts += 1;
      yield Buffer.alloc(importLimit / 4);
    }
  })();
  const body = Object.assign(Readable.from(endless), { headers: {} });
  await expect(receiveFile(body)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  // The one too many, and those that the stream reads ahead.
  expect(parts).toBeLessThan(5 + 20);
  body.destroy();
});
