import { createSealing } from './sealing.ts';

describe('a sealed text', () => {
  const sealing = createSealing('a key');
  const sealed = sealing.seal('text 文字', 'here');

  test('opens with its key, in its place, unaltered', () => {
    expect(sealing.open(sealed, 'here')).toBe('text 文字');
    expect(createSealing('a key').open(sealed, 'here')).toBe('text 文字');
  });

  test('cannot be opened in any other way', () => {
    const bytes = Buffer.from(sealed, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(sealing.open(altered.toString('base64'), 'here')).toBeNull();
    }
    expect(sealing.open(sealed, 'there')).toBeNull();
    expect(createSealing('another key').open(sealed, 'here')).toBeNull();
    for (const short of ['', 'AAAA', sealed.slice(0, 20)]) expect(sealing.open(short, 'here')).toBeNull();
  });
});
