import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { runs } from '../../testing/runs.ts';
import {
  createEventCipher,
  type EncryptedEvent,
  type EventDefect,
  EventSignatureError,
} from './event-cipher.ts';

/** DingTalk's side, written from its document of event callbacks: it shares no code with what it tests. */

const token = 'callback-token';
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const ownerKey = 'emulator-dingtalk-key';
const key = Buffer.from(`${aesKey}=`, 'base64');

function signed(encrypt: string, timestamp = '1760000000000', nonce = 'abc123'): EncryptedEvent {
  const parts = [token, timestamp, nonce, encrypt].sort((a, b) => (a < b ? -1 : 1));
  return { signature: createHash('sha1').update(parts.join('')).digest('hex'), timestamp, nonce, encrypt };
}

function sealedBytes(plain: Buffer, pad = 32 - (plain.length % 32)): string {
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16));
  cipher.setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(pad, pad)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

function plainOf(message: Buffer, more: { salt?: Uint8Array; length?: number; owner?: string } = {}): Buffer {
  const length = more.length ?? message.length;
  return Buffer.concat([
    more.salt ?? Buffer.alloc(16, 7),
    Buffer.from([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]),
    message,
    Buffer.from(more.owner ?? ownerKey),
  ]);
}

const sealed = (message: string, salt?: Uint8Array) =>
  sealedBytes(plainOf(Buffer.from(message), salt && { salt }));

const cipher = createEventCipher({ token, aesKey, ownerKey });

function defectOf(event: EncryptedEvent): EventDefect | null {
  try {
    cipher.decrypt(event);
    return null;
  } catch (error) {
    if (error instanceof EventSignatureError) return error.defect;
    throw error;
  }
}

/** Text of any characters, but whole ones: UTF-8 has no half surrogates. */
const text = fc.string({ unit: 'grapheme', maxLength: 120 });
const salt = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('an event that DingTalk encrypts and signs is read', () => {
  fc.assert(
    fc.property(text, salt, fc.string(), fc.string(), (message, salt, timestamp, nonce) => {
      expect(cipher.decrypt(signed(sealed(message, salt), timestamp, nonce))).toBe(message);
    }),
    runs(1000),
  );
});

test('an event of which any part was changed on the way is refused', () => {
  const field = fc.constantFrom('signature', 'timestamp', 'nonce', 'encrypt') satisfies fc.Arbitrary<
    keyof EncryptedEvent
  >;
  fc.assert(
    fc.property(text, salt, field, fc.nat(), fc.string(), (message, salt, name, at, insert) => {
      const event = signed(sealed(message, salt));
      const value = event[name];
      const place = at % (value.length + 1);
      const changed = value.slice(0, place) + insert + value.slice(place + 1);
      fc.pre(changed !== value);
      expect(defectOf({ ...event, [name]: changed })).toBe('signature');
    }),
    runs(1000),
  );
});

test('an event with a good signature and damaged content is never read as it was', () => {
  fc.assert(
    fc.property(text, salt, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, salt, at, flip) => {
      const bytes = Buffer.from(sealed(message, salt), 'base64');
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      const event = signed(bytes.toString('base64'));
      let read: string | null = null;
      try {
        read = cipher.decrypt(event);
      } catch (error) {
        expect(error).toBeInstanceOf(EventSignatureError);
      }
      expect(read).not.toBe(message);
    }),
    runs(1000),
  );
});

test('any other bytes with a good signature are refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.uint8Array({ maxLength: 96 })), (garbage) => {
      const encrypt = typeof garbage === 'string' ? garbage : Buffer.from(garbage).toString('base64');
      expect(defectOf(signed(encrypt))).toMatch(/^(encoding|padding|length|owner)$/);
    }),
    runs(1000),
  );
});

test.each<[EventDefect, string, string]>([
  ['encoding', 'base64 with a blank', ` ${sealed('x')}`],
  ['encoding', 'base64 without its end', sealed('x').slice(0, -1)],
  ['encoding', 'nothing', ''],
  ['encoding', 'half a block', Buffer.alloc(40).toString('base64')],
  ['encoding', 'a message that is not UTF-8', sealedBytes(plainOf(Buffer.from([0xff, 0xfe])))],
  ['padding', 'padding of 0', sealedBytes(Buffer.alloc(64), 0)],
  ['padding', 'padding over 32', sealedBytes(Buffer.alloc(31, 33), 33)],
  [
    'padding',
    'uneven padding',
    sealedBytes(Buffer.concat([Buffer.alloc(60, 1), Buffer.from([9, 9, 9, 3])]), 0),
  ],
  ['length', 'no room for a length', sealedBytes(Buffer.alloc(19))],
  ['length', 'a length beyond the end', sealedBytes(plainOf(Buffer.from('x'), { length: 0xffffffff }))],
  ['owner', 'another owner', sealedBytes(plainOf(Buffer.from('x'), { owner: 'another-app-key-12345' }))],
  ['owner', 'an owner with more', sealedBytes(plainOf(Buffer.from('x'), { owner: `${ownerKey}x` }))],
  ['owner', 'a length that is too short', sealedBytes(plainOf(Buffer.from('xy'), { length: 1 }))],
])('a defect of the %s, %s, is told', (defect, _what, encrypt) => {
  expect(defectOf(signed(encrypt))).toBe(defect);
});

test('DingTalk can read our answer', () => {
  const seen = new Set<string>();
  let answers = 0;
  fc.assert(
    fc.property(fc.string(), fc.string(), (timestamp, nonce) => {
      answers += 1;
      const answer = cipher.encryptSuccess(timestamp, nonce);
      expect(answer).toEqual({
        msg_signature: signed(answer.encrypt, timestamp, nonce).signature,
        timeStamp: timestamp,
        nonce,
        encrypt: expect.any(String),
      });
      const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
      const plain = Buffer.concat([decipher.update(answer.encrypt, 'base64'), decipher.final()]);
      const padding = plain.at(-1) ?? 0;
      expect(plain.subarray(16, plain.length - padding)).toEqual(
        plainOf(Buffer.from('success')).subarray(16),
      );
      seen.add(answer.encrypt);
    }),
    runs(1000),
  );
  // Each answer has a new salt.
  expect(seen.size).toBe(answers);
});

test.each([
  [{ aesKey: aesKey.slice(1) }, /43 个.*现在是 42 个/],
  [{ aesKey: `${aesKey}=` }, /43 个.*现在是 44 个/],
  [{ aesKey: aesKey.replace('a', '-') }, /43 个/],
  [{ token: '' }, /token/],
  [{ ownerKey: '' }, /AppKey/],
])('settings that cannot work, %j, are refused with the remedy', (wrong, words) => {
  let message = '';
  try {
    createEventCipher({ token, aesKey, ownerKey, ...wrong });
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(words);
  expect(message).not.toContain(aesKey.slice(2, 20));
});
